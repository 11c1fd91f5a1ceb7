import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from '../transcoder/exchange.ts';
import { problemOf, toDomainError } from '../transcoder/problem.ts';

const ofSuccess = ['content-length', 'content-type', 'content-disposition', 'content-encoding', 'etag', 'location'];

/** Responds with an error, or closes the connection if a response has already begun. */
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
  // `cancelled` means that the client has left, so nobody would read a response.
  if (response.headersSent || response.destroyed || error.reason === 'cancelled') {
    response.destroy();
    return;
  }
  // Removes headers that described the body of a successful response.
  for (const name of ofSuccess) response.removeHeader(name);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}
