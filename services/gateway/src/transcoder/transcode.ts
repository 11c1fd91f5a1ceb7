import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '@drippulse/errors';
import { nameRequest } from '@drippulse/observability';
import { Auth } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { checkAccess, fromConnectError } from '@drippulse/rpc';
import { networkOf } from '../client-network.ts';
import type { Signing } from './call-headers.ts';
import { checkBodyHeaders } from './decode-request.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { createHoldings, type HoldingLimits } from './holdings.ts';
import { createListWeights } from './list-weights.ts';
import { makeCall } from './make-call.ts';
import type { Authenticate, RateLimit, Upstream } from './ports.ts';
import { createRouter } from './router.ts';
import { type Route, routesOf } from './routes.ts';

export type TranscoderOptions = Signing & {
  upstreams: readonly Upstream[];
  authenticate: Authenticate;
  rateLimit: RateLimit;
  /** How long a sender of a body may be silent; 10 s unless given. */
  bodyIdleTimeoutMs?: number;
  /** What may be under way at once, where tests set it. */
  limits?: Partial<HoldingLimits>;
};

/** Answers one request whose exchange has begun, or throws what the answer shall be. */
export type Transcoder = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

type ServedRoute = Route & { upstream: Upstream };
type Found = { route: ServedRoute; parameters: Record<string, string> };

/** Who waits for an answer; `abort` ends what is still called for it. */
type WatchedClient = { signal: AbortSignal; abort(): void; release(): void };

/**
 * Serves the public methods of the upstreams over HTTP, with a router and codec compiled from their descriptors. The
 * order of checks: route, bearer, rate, role, size, content type, parse, service.
 */
export function createTranscoder(options: TranscoderOptions): Transcoder {
  const { authenticate, rateLimit, tokens, chains, clock, bodyIdleTimeoutMs = 10_000 } = options;
  const holdings = createHoldings(options.limits);
  const calls = { tokens, chains, clock, holdings, lists: createListWeights(), bodyIdleTimeoutMs };
  const router = createRouter<ServedRoute>(
    options.upstreams.flatMap((upstream) => routesOf(upstream.service).map((route) => ({ ...route, upstream }))),
  );

  return async (request, response) => {
    const exchange = exchangeOf(request);
    const found = findRoute(request, response, exchange);
    await admit(request, response, found.route, exchange);
    checkBodyHeaders(request, found.route);
    const client = watchClient(response);
    try {
      await makeCall(calls, { request, response, ...found, exchange, client });
    } catch (error) {
      throw fromConnectError(error);
    } finally {
      client.release();
    }
  };

  function findRoute(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Found {
    const match = router(request.method ?? '', exchange.path);
    if (match === undefined) throw new DomainError('not_found', 'route_not_found', 'There is no such path.');
    if ('allowed' in match) {
      response.setHeader('allow', match.allowed.join(', '));
      throw new DomainError('malformed', 'method_not_allowed', 'The path does not take this method.');
    }
    const { method, template } = match.route;
    exchange.route = template;
    nameRequest(`${request.method} ${template}`);
    exchange.rpc = `${method.parent.typeName}/${method.name}`;
    return match;
  }

  /** The checks before the body: bearer, rate, role. */
  async function admit(request: IncomingMessage, response: ServerResponse, route: Route, exchange: Exchange) {
    const { requestId, clientAddress } = exchange;
    const facts = { raw: request, requestId, clientNetwork: networkOf(clientAddress) };
    if (route.rest.auth !== Auth.NONE) exchange.authenticated = await authenticate(facts);
    const decision = await rateLimit(route.rest.limits, exchange.authenticated, facts);
    for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value);
    if (decision.refusal !== undefined) throw decision.refusal;
    if (exchange.authenticated !== undefined) checkAccess(route.method, exchange.authenticated.caller);
  }
}

/** A signal that aborts when the client leaves before its answer is out: what was called for it is cancelled. */
function watchClient(response: ServerResponse): WatchedClient {
  const controller = new AbortController();
  const abort = () => controller.abort();
  response.once('close', abort);
  return { signal: controller.signal, abort, release: () => response.off('close', abort) };
}
