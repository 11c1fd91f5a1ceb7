import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { DomainError } from '@drippulse/errors';
import proxyAddress from 'proxy-addr';
import { type Pages, pageKey } from '../routes/page.ts';
import { staticFiles } from '../routes/static-files.ts';
import { beginExchange, type Exchange } from '../transcoder/exchange.ts';
import type { Observe } from '../transcoder/ports.ts';
import { drainBody } from '../transcoder/read-body.ts';
import type { Transcoder } from '../transcoder/transcode.ts';
import { securityHeaders } from './security-headers.ts';
import { sendProblem } from './send-problem.ts';

export type AppOptions = {
  /** Serves every path that is no page. */
  transcode: Transcoder;
  /** Pages beside the static files, such as health. */
  routes: readonly Pages[];
  observe: Observe;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
};

/** The whole public HTTP surface as one listener. */
export function createApp(options: AppOptions): RequestListener {
  const { transcode, routes, observe, trustedProxies } = options;
  const pages: Pages = new Map([staticFiles(), ...routes].flatMap((more) => [...more]));
  const isTrusted = proxyAddress.compile([...trustedProxies]);
  const setSecurityHeaders = securityHeaders();

  return (request, response) => {
    const clientAddress = proxyAddress(request, isTrusted) ?? '';
    const exchange = beginExchange(request, response, { clientAddress, path: pathOf(request.url), observe });
    response.once('finish', () => drainBody(request));
    answer(request, response, exchange).catch((error) => sendProblem(request, response, exchange, error));
  };

  async function answer(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<void> {
    setSecurityHeaders(request, response);
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      throw new DomainError('malformed', 'malformed_request', 'The request names no Host.');
    }
    const key = pageKey(exchange.path);
    const page = pages.get(key);
    if (page === undefined) return transcode(request, response);
    exchange.route = key;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      throw new DomainError('malformed', 'method_not_allowed', 'The path does not take this method.');
    }
    page(request, response);
  }
}

/** The path of a request target, which may also be a whole URL (RFC 9112, 3.2.2). */
function pathOf(target = '/'): string {
  const path = /^[^?#]*/.exec(target)?.[0] ?? '';
  return path.startsWith('/') || !URL.canParse(target) ? path : new URL(target).pathname;
}
