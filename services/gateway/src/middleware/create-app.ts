import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { DomainError } from '@drippulse/errors';
import proxyAddress from 'proxy-addr';
import type { Dashboard } from '../routes/dashboard.ts';
import { type Page, type Pages, pageKey } from '../routes/page.ts';
import { staticFiles } from '../routes/static-files.ts';
import { beginExchange, type Exchange } from '../transcoder/exchange.ts';
import { answerHeaders } from '../transcoder/page-headers.ts';
import type { Observe } from '../transcoder/ports.ts';
import { drainBody } from '../transcoder/read-body.ts';
import type { Transcoder } from '../transcoder/transcode.ts';
import { version } from '../version.ts';
import { sendProblem } from './send-problem.ts';

export type AppOptions = {
  /** Serves all paths that are not pages. */
  transcode: Transcoder;
  /** Pages other than static files, such as health. */
  routes: readonly Pages[];
  /** Finds the page of a dashboard path. */
  dashboard: Dashboard;
  observe: Observe;
  /** Addresses and networks of proxies whose X-Forwarded-For is trusted. */
  trustedProxies: readonly string[];
};

/** Creates a listener for the whole public HTTP interface. */
export function createApp(options: AppOptions): RequestListener {
  const { transcode, routes, dashboard, observe, trustedProxies } = options;
  const pages: Pages = new Map([staticFiles(), ...routes].flatMap((more) => [...more]));
  const isTrusted = proxyAddress.compile([...trustedProxies]);

  return (request, response) => {
    const clientAddress = proxyAddress(request, isTrusted) ?? '';
    const facts = { clientAddress, path: pathOf(request.url), isSecure: isSecure(request), observe };
    const exchange = beginExchange(request, response, facts);
    response.once('finish', () => drainBody(request));
    answer(request, response, exchange).catch((error) => sendProblem(request, response, exchange, error));
  };

  async function answer(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<void> {
    for (const [name, value] of headersOfAll) response.setHeader(name, value);
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      throw new DomainError('malformed', 'malformed_request', 'The request names no Host.');
    }
    const { route, page } = pageAt(exchange.path);
    if (page === undefined) return transcode(request, response);
    exchange.route = route;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      throw new DomainError('malformed', 'method_not_allowed', 'The path does not take this method.');
    }
    page(request, response);
  }

  /** Finds the page of a path, and its name in metrics. All screens of the dashboard share one name. */
  function pageAt(path: string): { route: string; page: Page | undefined } {
    const key = pageKey(path);
    const page = pages.get(key);
    return page === undefined ? { route: '/dashboard', page: dashboard(path) } : { route: key, page };
  }

  /** Whether the client came over https, according to a trusted proxy. The gateway itself serves http. */
  function isSecure({ socket, headers }: IncomingMessage): boolean {
    const protocol = headers['x-forwarded-proto'];
    return protocol !== undefined && /^https\b/i.test(String(protocol)) && isTrusted(socket.remoteAddress ?? '', 0);
  }
}

/** Headers of every response. */
const headersOfAll = [...answerHeaders, ['drippulse-version', version] as const];

/** Returns the path of a request target, which may also be a whole URL (RFC 9112, 3.2.2). */
function pathOf(target = '/'): string {
  const path = /^[^?#]*/.exec(target)?.[0] ?? '';
  return path.startsWith('/') || !URL.canParse(target) ? path : new URL(target).pathname;
}
