import type { ServerResponse } from 'node:http';
import { type Shares, yieldToEventLoop } from '@drippulse/loops';
import { waitFor } from './holdings.ts';
import { endWith, isBodiless, sendBody, setHead } from './reply.ts';
import { jsonPiecesOf, rawBodyOf, rowOf } from './reply-body.ts';
import type { Route } from './routes.ts';
import { sliceBytes } from './write-out.ts';

/** The count of the bytes that clients have not taken, and what happens when an answer is made and has its place in it. */
type Unread = { bytes: Shares; holder: string; signal: AbortSignal; onMade(bytes: number): void };

/**
 * Answers with one message: its row, the whole of it, or the raw bytes it carries. A large answer is made in turns, counted
 * until the client has taken it, and written as the client takes it.
 */
export async function answerUnary(
  response: ServerResponse,
  route: Route,
  { header, message }: { header: Headers; message: unknown },
  { bytes, holder, signal, onMade }: Unread,
): Promise<void> {
  setHead(response, route, header, rowOf(route, message));
  const raw = rawBodyOf(route, message);
  if (raw !== undefined && raw.contentType !== '') response.setHeader('content-type', raw.contentType);
  const body = isBodiless(response) ? '' : (raw?.data ?? (await makeJson(route, message)));
  if (!Array.isArray(body) && body.length <= sliceBytes) {
    onMade(body.length);
    endWith(response, body);
    return;
  }
  const parts = Array.isArray(body) ? body : [Buffer.from(body)];
  const length = lengthOf(parts);
  const held = await waitFor(bytes, holder, length, signal);
  onMade(length);
  try {
    await sendBody(response, parts);
  } finally {
    held.release();
  }
}

/** The JSON of a response, in bytes when it is more than one piece. */
async function makeJson(route: Route, message: unknown): Promise<string | Uint8Array[]> {
  const pieces = jsonPiecesOf(route, message);
  const { value: first = '' } = pieces.next();
  let next = pieces.next();
  if (next.done) return first;
  const made = [Buffer.from(first)];
  for (; !next.done; next = pieces.next()) {
    made.push(Buffer.from(next.value));
    await yieldToEventLoop();
  }
  return made;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
