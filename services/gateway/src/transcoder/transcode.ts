import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '@drippulse/errors';
import { nameRequest } from '@drippulse/observability';
import { Auth } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { checkAccess, fromConnectError } from '@drippulse/rpc';
import { networkOf } from '../client-network.ts';
import { requireFullAccess } from './any-session.ts';
import type { Signing } from './call-headers.ts';
import { createCompress } from './compress.ts';
import { checkBodyHeaders } from './decode-request.ts';
import { deprecationHeaders } from './deprecation.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { createFixedBodies } from './fixed-body.ts';
import { readHandling } from './handling.ts';
import { createHoldings, type HoldingLimits } from './holdings.ts';
import { makeCall } from './make-call.ts';
import type { Authenticate, RateLimit, StreamEvents, Upstream } from './ports.ts';
import { clientGone } from './read-body.ts';
import { requireRecentSignIn } from './recent-sign-in.ts';
import { createRouter } from './router.ts';
import { type Route, routesOf } from './routes.ts';

export type TranscoderOptions = Signing & {
  upstreams: readonly Upstream[];
  authenticate: Authenticate;
  rateLimit: RateLimit;
  /** Required if an upstream has a method with `event_stream`. */
  streamEvents?: StreamEvents;
  /** Time for which the sender of a body may be silent; default: 10 s. */
  bodyIdleTimeoutMs?: number;
  /** Limits of resources that requests occupy at the same time. Only tests set them. */
  limits?: Partial<HoldingLimits>;
};

/** Responds to one request whose exchange has begun, or throws the error with which to respond. */
export type Transcoder = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

type ServedRoute = Route & { upstream: Upstream; ending: Record<string, string> | undefined };
type Found = { route: ServedRoute; parameters: Record<string, string> };

/** The client that waits for a response. `abort` ends the calls that are made for the client. */
type WatchedClient = { signal: AbortSignal; abort(): void; release(): void };

/**
 * Serves the public methods of the upstreams over HTTP, with a router and codec compiled from their descriptors. The
 * checks run in this order: route, bearer, rate, role, size, content type, parse, service.
 */
export function createTranscoder(options: TranscoderOptions): Transcoder {
  const { authenticate, rateLimit, tokens, chains, clock, bodyIdleTimeoutMs = 10_000 } = options;
  const holdings = createHoldings(options.limits);
  const calls = {
    tokens,
    chains,
    clock,
    holdings,
    bodyIdleTimeoutMs,
    compress: createCompress(),
    fixedBodyOf: createFixedBodies(),
    ...(options.streamEvents && { streamEvents: options.streamEvents }),
  };
  const router = createRouter<ServedRoute>(
    options.upstreams.flatMap((upstream) =>
      routesOf(upstream.service).map((route) => ({ ...route, upstream, ending: deprecationHeaders(route) })),
    ),
  );

  return async (request, response) => {
    const exchange = exchangeOf(request);
    const found = findRoute(request, response, exchange);
    await admit(request, response, found.route, exchange);
    // If the response is already destroyed, its `close` event has passed before anything listened for it.
    if (response.destroyed) throw clientGone();
    exchange.isStrict = readHandling(request, response);
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
    const { method, template, ending } = match.route;
    if (ending !== undefined) setHeaders(response, ending);
    exchange.route = template;
    nameRequest(`${request.method} ${template}`);
    exchange.rpc = `${method.parent.typeName}/${method.name}`;
    return match;
  }

  /** Runs the checks that come before the body: bearer, rate, role. */
  async function admit(request: IncomingMessage, response: ServerResponse, route: Route, exchange: Exchange) {
    const { requestId, clientAddress } = exchange;
    const facts = {
      raw: request,
      requestId,
      clientNetwork: networkOf(clientAddress),
      // Requests for a stream are background requests, because a browser keeps a stream open, and reopens it, even when
      // no person uses the page.
      ...(route.rest.eventStream && { isBackground: true }),
    };
    if (route.rest.auth !== Auth.NONE) exchange.authenticated = await authenticate(facts);
    if (exchange.authenticated?.caller.mode === 'test') response.setHeader('drippulse-mode', 'test');
    const decision = await rateLimit(route.rest.limits, exchange.authenticated, facts);
    setHeaders(response, decision.headers);
    if (decision.refusal !== undefined) throw decision.refusal;
    if (exchange.authenticated !== undefined) {
      requireFullAccess(exchange.authenticated, route.rest);
      checkAccess(route.method, exchange.authenticated.caller);
      if (route.rest.recentSignIn) requireRecentSignIn(exchange.authenticated, clock.now());
    }
  }
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/**
 * Returns a signal that aborts when the client leaves before its response is sent, so that the calls for the client are
 * cancelled.
 */
function watchClient(response: ServerResponse): WatchedClient {
  const controller = new AbortController();
  const abort = () => controller.abort();
  response.once('close', abort);
  return { signal: controller.signal, abort, release: () => response.off('close', abort) };
}
