import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answered, Authenticated, Observe } from './ports.ts';

/** Record of a request while it is handled. `Observe` receives it after the response. */
export type Exchange = {
  requestId: string;
  clientAddress: string;
  /** Whether the client came over https. */
  isSecure: boolean;
  /** Whether members that the route does not know are refused. */
  isStrict: boolean;
  /** Path without the query. */
  path: string;
  route: string;
  rpc?: string;
  authenticated?: Authenticated;
  reason?: string;
  error?: unknown;
  /** Start time of an event stream. A stream may last for days, so the record has only the duration until this time. */
  streamedAt?: number;
};

const exchanges = new WeakMap<IncomingMessage, Exchange>();

/** Starts the record of a request, sends its id to the client, and reports the record after the response. */
export function beginExchange(
  request: IncomingMessage,
  response: ServerResponse,
  facts: { clientAddress: string; path: string; isSecure: boolean; observe: Observe },
): Exchange {
  const { observe, ...given } = facts;
  const startedAt = performance.now();
  const exchange: Exchange = { requestId: readRequestId(request), ...given, isStrict: false, route: 'unmatched' };
  exchanges.set(request, exchange);
  response.setHeader('x-request-id', exchange.requestId);
  response.once('close', () => observe(answered(request, response, exchange, startedAt)));
  return exchange;
}

export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = exchanges.get(request);
  if (exchange === undefined) throw new Error('beginExchange did not run for this request');
  return exchange;
}

/** Returns the caller's request id, if it is safe for logs, else a new one. */
function readRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}

function answered(request: IncomingMessage, response: ServerResponse, exchange: Exchange, startedAt: number): Answered {
  const { path: _path, isSecure: _isSecure, isStrict: _isStrict, streamedAt, ...facts } = exchange;
  const durationMs = (streamedAt ?? performance.now()) - startedAt;
  // 499, as in nginx, means that the client left before a response began.
  const status = response.headersSent ? response.statusCode : 499;
  return { method: request.method ?? '', status, durationMs, ...facts };
}
