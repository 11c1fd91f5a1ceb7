import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '@drippulse/errors';
import express from 'express';
import { docsRoutes } from '../routes/docs.ts';
import { beginExchange, exchangeOf } from '../transcoder/exchange.ts';
import type { Observe } from '../transcoder/ports.ts';
import { drainBody } from '../transcoder/read-body.ts';
import type { Transcoder } from '../transcoder/transcode.ts';
import { securityHeaders } from './security-headers.ts';
import { sendProblem } from './send-problem.ts';

export type AppOptions = {
  /** Serves every path that no route before it takes. */
  transcode: Transcoder;
  /** Hand-written routes that need something of the service, such as health; the docs need nothing. */
  routes: readonly express.Router[];
  observe: Observe;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
};

/** Paths of the API, which are no pages: all below `/api/` but the one of health. */
const apiPath = /^\/api\/(?!v1\/health\/?$)/i;

/** The whole public HTTP surface as one handler. */
export function createApp(options: AppOptions): express.Express {
  const { transcode, routes, observe, trustedProxies } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...trustedProxies]);
  app.use((request, response, next) => {
    const { ip, path } = request;
    beginExchange(request, response, { clientAddress: ip ?? request.socket.remoteAddress ?? '', path, observe });
    response.once('finish', () => drainBody(request));
    next();
  });
  app.use(securityHeaders());
  app.use((request, response, next) => {
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      throw new DomainError('malformed', 'malformed_request', 'The request names no Host.');
    }
    // The paths of the pages are compared one by one: what can be none of them passes them by.
    return apiPath.test(exchangeOf(request).path) ? transcode(request, response) : next();
  });
  for (const route of [docsRoutes(), ...routes]) app.use(route);
  app.use((request: IncomingMessage, response: ServerResponse) => transcode(request, response));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: express.Request, response: express.Response, _next: express.NextFunction) => {
    sendProblem(request, response, exchangeOf(request), error);
  });
  return app;
}
