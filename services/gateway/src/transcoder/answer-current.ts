import { decodeJson } from '@drippulse/json';
import { fromConnectError } from '@drippulse/rpc';
import { makeJson, send } from './answer-unary.ts';
import { type Call, type CallOptions, timeoutMsOf } from './call.ts';
import { callHeaders } from './call-headers.ts';
import { entityTag } from './entity-tags.ts';
import { holderOf, poolOf } from './holdings.ts';
import { isUnary } from './method-kinds.ts';
import { problemOf } from './problem.ts';
import { rowOf } from './reply-body.ts';
import type { Route } from './routes.ts';

/**
 * Responds to a call whose `If-Match` failed with the current row and its ETag, so that the client can merge and
 * repeat. Nothing was written. If the row was deleted in the meantime, the response is that of its GET. Any other error
 * is rethrown.
 */
export async function answerCurrent(options: CallOptions, call: Call, thrown: unknown): Promise<void> {
  const { response, route, exchange, client } = call;
  const error = fromConnectError(thrown);
  if (error.reason !== 'precondition_failed' || route.shown === undefined) throw thrown;
  const shown = { ...route.shown, upstream: route.upstream };
  const message = await readCurrent(options, { ...call, route: shown });
  const row = await makeJson(shown, message);
  const { status, headers, body } = problemOf(error, exchange);
  exchange.reason = error.reason;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (shown.validator !== undefined) {
    response.setHeader('etag', entityTag(shown.validator, rowOf(shown, message), row));
  }
  const before = `${body.slice(0, -1)},"current":`;
  const whole = typeof row === 'string' ? `${before}${row}}` : [Buffer.from(before), ...row, Buffer.from('}')];
  const { holdings, compress, fixedBodyOf } = options;
  const { unread } = poolOf(holdings, exchange);
  const reader = { unread, holder: holderOf(exchange), signal: client.signal };
  await send(response, shown, whole, { ...reader, compress, fixedBodyOf });
}

/** Calls the route that shows the row, for the same caller. */
async function readCurrent(options: CallOptions, { request, route, parameters, exchange, client }: Call) {
  const { method, upstream } = route;
  if (!isUnary(method)) throw new Error(`${method.toString()} shows no single row`);
  const headers = await callHeaders(request, route, exchange, options);
  const query = new URLSearchParams();
  const message = decodeJson(method.input, '', { method: 'GET', path: parametersOf(route, parameters), query });
  return (await upstream.transport.unary(method, client.signal, timeoutMsOf(route), headers, message)).message;
}

function parametersOf({ segments }: Route, given: Readonly<Record<string, string>>): Record<string, string> {
  const names = segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : []));
  return Object.fromEntries(names.map((name) => [name, given[name] ?? '']));
}
