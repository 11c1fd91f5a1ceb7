import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeParameters } from './decode-request.ts';
import type { Exchange } from './exchange.ts';
import type { Holdings } from './holdings.ts';
import type { StreamEvents } from './ports.ts';
import type { Route } from './routes.ts';

type Asked = {
  request: IncomingMessage;
  response: ServerResponse;
  route: Route;
  parameters: Record<string, string>;
  exchange: Exchange;
};

/** Responds with server-sent events that the gateway itself makes (`event_stream`). */
export async function answerEvents(
  { holdings, streamEvents }: { holdings: Holdings; streamEvents?: StreamEvents },
  { request, response, route, parameters, exchange }: Asked,
): Promise<void> {
  const { authenticated } = exchange;
  if (streamEvents === undefined || authenticated === undefined) {
    throw new Error(`${route.method.toString()} is a stream of events that nobody answers`);
  }
  const opened = { request, response, method: route.method, exchange, authenticated };
  const run = streamEvents(opened, decodeParameters(request, route, { path: parameters, isStrict: exchange.isStrict }));
  const place = holdings.streams.take(authenticated.limitKey, 1);
  try {
    exchange.streamedAt = performance.now();
    response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    // Proxies must not delay events, for compression or other reasons.
    response.setHeader('cache-control', 'no-store, no-transform');
    response.setHeader('x-accel-buffering', 'no');
    if (request.method === 'HEAD') response.end();
    else await run();
  } finally {
    place.release();
  }
}
