import type { IncomingMessage } from 'node:http';
import { DomainError } from '@drippulse/errors';
import type { Clock } from '@drippulse/loops';
import {
  type Chain,
  type ChainHeaders,
  causeMetadata,
  causeText,
  chainHeader,
  ifMatchMetadata,
  strictMetadata,
  type Tokens,
} from '@drippulse/rpc';
import { clientAddressHeader, sessionIdHeader } from '../call-metadata.ts';
import { ownCaller } from '../own-caller.ts';
import { matchedRevisions } from './entity-tags.ts';
import type { Exchange } from './exchange.ts';
import { ownCookies } from './own-cookies.ts';
import type { Upstream } from './ports.ts';
import { idempotencyKeyPattern, isRepeatable, type Route } from './routes.ts';

/** The signers of the metadata of a call. */
export type Signing = { tokens: Tokens; chains: ChainHeaders; clock: Clock };

/**
 * Returns the metadata of a call: the internal token, the ids of the request, and the headers that the method passes
 * on.
 */
export async function callHeaders(
  request: IncomingMessage,
  route: Route & { upstream: Upstream },
  exchange: Exchange,
  { tokens, chains, clock }: Signing,
): Promise<Headers> {
  const { authenticated, requestId, clientAddress } = exchange;
  const headers = new Headers({ 'x-request-id': requestId, [clientAddressHeader]: clientAddress });
  const idempotencyKey = readIdempotencyKey(request, route);
  if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey);
  const revisions = readIfMatch(request, route);
  if (revisions !== undefined) headers.set(ifMatchMetadata, revisions.join(','));
  const traceparent = request.headers['traceparent'];
  if (typeof traceparent === 'string' && /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(traceparent)) {
    headers.set('traceparent', traceparent);
  }
  const chain = readChain(request, chains, clock);
  if (chain !== undefined) headers.set(causeMetadata, causeText(chain));
  if (exchange.isStrict) headers.set(strictMetadata, 'strict');
  if (authenticated?.sessionId !== undefined) headers.set(sessionIdHeader, authenticated.sessionId);
  for (const name of route.rest.requestHeaders) {
    const value = readHeader(request, name);
    if (value !== undefined) headers.set(name, value);
  }
  observe(request, route, headers);
  const token = await tokens.mint(authenticated?.caller ?? ownCaller, route.upstream.audience);
  headers.set('authorization', `Bearer ${token}`);
  return headers;
}

/**
 * Reads which chain a request continues, from a header that we signed. If there is no such header, the request itself
 * is a cause.
 */
function readChain(request: IncomingMessage, chains: ChainHeaders, clock: Clock): Chain | undefined {
  const header = request.headers[chainHeader];
  return typeof header === 'string' ? chains.read(header, clock.now()) : undefined;
}

/** Maximum number of characters of an observed header. */
const observedCharacters = 2_048;

/** Passes on the headers that describe the client. Cuts or replaces values that metadata cannot contain. */
function observe(request: IncomingMessage, { rest }: Route, headers: Headers): void {
  if (rest.observedHeaders.length === 0) return;
  if (request.method === 'HEAD') headers.set('x-http-method', 'HEAD');
  for (const name of rest.observedHeaders) {
    const value = request.headers[name];
    if (value === undefined) continue;
    headers.set(
      name,
      (name === 'cookie' ? ownCookies(String(value)) : String(value))
        .slice(0, observedCharacters)
        .replaceAll(/[^\x20-\x7e]/g, '?'),
    );
  }
}

function readHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value.join(', ') : value;
  // gRPC metadata allows only printable ASCII.
  if (text === undefined || /^[\x20-\x7e]*$/.test(text)) return text;
  throw new DomainError('malformed', 'invalid_header', `The header ${name} holds characters that are not ASCII.`);
}

/** Reads the `Idempotency-Key` header, without its quotes, for methods with idempotency. */
function readIdempotencyKey(request: IncomingMessage, route: Route): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined || !isRepeatable(route)) return undefined;
  const text = String(header);
  if (idempotencyKeyPattern.test(text)) return /^"(.+)"$/.exec(text)?.[1] ?? text;
  throw new DomainError(
    'malformed',
    'invalid_idempotency_key',
    'Idempotency-Key must be 1 to 255 visible ASCII characters, quoted or bare.',
  );
}

/**
 * Returns the revisions that the row may have, according to `If-Match`; undefined without a condition. A row without a
 * revision matches no tag, so a call for such a row is refused here.
 */
function readIfMatch(request: IncomingMessage, { rest, shown }: Route): string[] | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || rest.shownBy === '') return undefined;
  const revisions = matchedRevisions(header);
  if (revisions === undefined) return undefined;
  if (revisions.length > 0 && shown?.validator?.revision !== undefined) return revisions;
  throw new DomainError('failed_precondition', 'precondition_failed', 'No tag of If-Match has a revision of this row.');
}
