import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from '../transcoder/exchange.ts';
import { problemOf, toDomainError } from '../transcoder/problem.ts';

/** Answers with an error, or breaks the connection off when an answer has begun already. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  thrown: unknown,
): void {
  const error = toDomainError(thrown);
  const { status, headers, body } = problemOf(error, exchange);
  exchange.reason = error.reason;
  if (status >= 500) exchange.error = thrown;
  // `cancelled`: the client went away, and nobody reads an answer.
  if (response.headersSent || response.destroyed || error.reason === 'cancelled') {
    response.destroy();
    return;
  }
  // What a success would have said of its body is not true of this one.
  for (const name of ['content-length', 'content-type', 'content-disposition', 'location']) response.removeHeader(name);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}
