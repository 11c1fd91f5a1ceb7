import type { ServerResponse } from 'node:http';
import { create } from '@bufbuild/protobuf';
import { startList } from '@drippulse/json';
import { yieldToEventLoop } from '@drippulse/loops';
import { encodingOf, gzipChunks, leastBytes } from './compress.ts';
import { setHead } from './reply.ts';
import { rawBodyOf } from './reply-body.ts';
import { answersRaw, type Route } from './routes.ts';
import { writeOut } from './write-out.ts';

type Stream = { header: Headers; message: AsyncIterable<unknown> };

/**
 * Writes out a stream as it arrives, no faster than the client reads. An error before the first byte is thrown, and
 * handled like any other error. An error after the first byte closes the connection, so that a partial response never
 * looks complete.
 */
export async function answerStream(
  response: ServerResponse,
  route: Route,
  stream: Stream,
  client: { abort(): void },
): Promise<void> {
  const messages = stream.message[Symbol.asyncIterator]();
  try {
    const first = await messages.next();
    setHead(response, route, stream.header);
    const isRaw = answersRaw(route);
    if (isRaw) setRawContentType(response, route, first);
    const chunks = isRaw ? rawChunks(route, first, messages) : listChunks(route, first, messages);
    if (response.req.method !== 'HEAD') await writeOut(response, await compressed(response, route, chunks));
    response.end();
  } finally {
    // The service must not go on sending until its deadline. Connect releases a call only once its messages were read
    // to the end or aborted.
    client.abort();
    void messages.next().catch(() => undefined);
  }
}

type Chunks = AsyncGenerator<string | Uint8Array>;

/** Compresses the chunks with the coding that the client prefers, unless they have few bytes in total. */
async function compressed(response: ServerResponse, route: Route, chunks: Chunks): Promise<Chunks> {
  const encoding = encodingOf(response, route, ['gzip']);
  if (encoding === undefined) return chunks;
  const start: (string | Uint8Array)[] = [];
  for (let bytes = 0; bytes <= leastBytes; ) {
    const next = await chunks.next();
    if (next.done) return resumed(start, chunks);
    start.push(next.value);
    bytes += next.value.length;
  }
  response.setHeader('content-encoding', encoding);
  return gzipChunks(resumed(start, chunks));
}

async function* resumed(start: readonly (string | Uint8Array)[], rest: Chunks): Chunks {
  yield* start;
  yield* rest;
}

function setRawContentType(response: ServerResponse, route: Route, first: IteratorResult<unknown>): void {
  const contentType = first.done ? '' : rawBodyOf(route, first.value)?.contentType;
  response.setHeader('content-type', contentType || 'application/octet-stream');
}

async function* rawChunks(route: Route, first: IteratorResult<unknown>, messages: AsyncIterator<unknown>) {
  for (let next = first; !next.done; next = await messages.next()) {
    yield rawBodyOf(route, next.value)?.data ?? new Uint8Array();
  }
}

async function* listChunks(route: Route, first: IteratorResult<unknown>, messages: AsyncIterator<unknown>) {
  const list = startList(route.method.output);
  // A list without messages is written as an empty message.
  if (first.done) yield* list.part(create(route.method.output));
  for (let next = first; !next.done; next = await messages.next()) {
    for (const piece of list.part(next.value)) {
      yield piece;
      await yieldToEventLoop();
    }
  }
  yield list.end();
}
