import type { ServerResponse } from 'node:http';
import { yieldToEventLoop } from '@drippulse/loops';
import { type Compress, encodingOf, leastBytes } from './compress.ts';
import { entityTag, namesTag } from './entity-tags.ts';
import { type FixedBody, sendFixed } from './fixed-body.ts';
import { setPageHeaders } from './page-headers.ts';
import { endWith, isBodiless, sendBody, setHead } from './reply.ts';
import { jsonPiecesOf, rawBodyOf, rowOf } from './reply-body.ts';
import type { Route } from './routes.ts';
import type { UnreadAnswers } from './unread-answers.ts';
import { sliceBytes } from './write-out.ts';

/**
 * The settings of a response: the count of unread bytes, the callbacks `onMade` (the body is ready) and `onHeld` (the
 * body has its room among the unread responses), and the compression of large responses.
 */
export type Sending = {
  unread: UnreadAnswers;
  holder: string;
  signal: AbortSignal;
  onMade?(): void;
  onHeld?(): void;
  compress: Compress;
  fixedBodyOf: (bytes: Uint8Array) => FixedBody;
};

/**
 * Responds with one message: its row, the whole message, or its raw bytes. If the client already has the row, according
 * to its `If-None-Match`, the response is 304.
 */
export async function answerUnary(
  response: ServerResponse,
  route: Route,
  { header, message }: { header: Headers; message: unknown },
  sending: Sending,
): Promise<void> {
  const row = rowOf(route, message);
  const raw = rawBodyOf(route, message);
  if (raw !== undefined && isPage(raw.contentType)) setPageHeaders(response.req, response);
  setHead(response, route, header, row);
  if (raw !== undefined && raw.contentType !== '') response.setHeader('content-type', raw.contentType);
  if (raw !== undefined || isBodiless(response)) return send(response, route, raw?.data ?? '', sending);
  const body = await makeJson(route, message);
  sending.onMade?.();
  if (route.rest.constant && response.statusCode === 200) return sendConstant(response, partsOf(body), sending);
  if (route.validator !== undefined) setTag(response, route, entityTag(route.validator, row, body), body);
  await send(response, route, isBodiless(response) ? '' : body, sending);
}

/**
 * Sets the ETag of a response, and its status to 304 if the client already has that tag. A 304 has the headers of the
 * full response (RFC 9110, 15.4.5).
 */
function setTag(response: ServerResponse, route: Route, tag: string, body: Made): void {
  response.setHeader('etag', tag);
  const { method, headers } = response.req;
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch === undefined || (method !== 'GET' && method !== 'HEAD')) return;
  if (response.statusCode !== 200 || !namesTag(ifNoneMatch, tag)) return;
  if (isLarge(body) && encodingOf(response, route) !== undefined) weakenTag(response);
  response.statusCode = 304;
  response.removeHeader('content-type');
}

type Made = string | Uint8Array | Uint8Array[];

function isLarge(body: Made): boolean {
  return Array.isArray(body) || body.length > leastBytes;
}

/**
 * Sends a finished body, compressed if the client accepts that. A large body is counted as unread until the client has
 * read it, and is written at the client's pace.
 */
export async function send(response: ServerResponse, route: Route, body: Made, sending: Sending): Promise<void> {
  const encoding = isLarge(body) ? encodingOf(response, route) : undefined;
  if (encoding === undefined && !Array.isArray(body) && body.length <= sliceBytes) {
    sending.onHeld?.();
    endWith(response, body);
    return;
  }
  const made = partsOf(body);
  const compressed = encoding && (await sending.compress(made, encoding));
  if (compressed !== undefined) setEncoding(response, String(encoding));
  const parts = compressed ?? made;
  const sent = lengthOf(parts);
  const { unread, holder, signal } = sending;
  const held = sent > sliceBytes ? await unread.hold(sent, { socket: response.req.socket, holder, signal }) : undefined;
  sending.onHeld?.();
  try {
    await sendBody(response, parts);
  } finally {
    held?.release();
  }
}

function setEncoding(response: ServerResponse, encoding: string): void {
  response.setHeader('content-encoding', encoding);
  weakenTag(response);
}

/** Weakens the ETag, because a strong tag identifies the bytes as they are sent (RFC 9110, section 8.8.3.3). */
function weakenTag(response: ServerResponse): void {
  const tag = response.getHeader('etag');
  if (typeof tag === 'string' && !tag.startsWith('W/')) response.setHeader('etag', `W/${tag}`);
}

/** Sends a constant response. Its bytes are shared between responses, so they count against no client. */
async function sendConstant(
  response: ServerResponse,
  parts: Uint8Array[],
  { onHeld, fixedBodyOf }: Sending,
): Promise<void> {
  const bytes = Buffer.concat(parts);
  onHeld?.();
  response.setHeader('cache-control', 'private, no-cache');
  await sendFixed(response, fixedBodyOf(bytes), bytes.length);
}

function partsOf(body: Made): Uint8Array[] {
  return Array.isArray(body) ? body : [Buffer.from(body)];
}

function isPage(contentType: string): boolean {
  return /^text\/html\b/i.test(contentType);
}

/** Number of JSON pieces that are made in one turn. Most lists need only one turn. */
const turnPieces = 16;

/**
 * Returns the JSON of a response. The result is bytes when it has more than one piece. The JSON of a large response is
 * made in several turns.
 */
export async function makeJson(route: Route, message: unknown): Promise<string | Uint8Array[]> {
  const pieces = jsonPiecesOf(route, message);
  const { value: first = '' } = pieces.next();
  let next = pieces.next();
  if (next.done) return first;
  const made = [Buffer.from(first)];
  for (; !next.done; next = pieces.next()) {
    made.push(Buffer.from(next.value));
    if (made.length % turnPieces === 0) await yieldToEventLoop();
  }
  return made;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
