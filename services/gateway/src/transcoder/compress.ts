import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, createGzip, gzip as gzipCompress } from 'node:zlib';
import { joinInTurns } from '@drippulse/loops';
import { acceptedEncoding, type Encoding } from './accepted-encoding.ts';
import type { Route } from './routes.ts';

/** Answers up to this size fit into a packet or two, so compressing them saves nothing. */
export const leastBytes = 1024;

/**
 * Compressions at once, each in a thread of its own. An answer beyond them goes out as it is: nobody waits for a
 * thread.
 */
const mostAtOnce = 4;

/** Compresses the parts of a body. Undefined when as many as may be are under way. */
export type Compress = (parts: readonly Uint8Array[], encoding: Encoding) => Promise<Uint8Array[]> | undefined;

export function createCompress(): Compress {
  let underWay = 0;
  return (parts, encoding) => {
    if (underWay >= mostAtOnce) return undefined;
    underWay += 1;
    return compressParts(parts, encoding, 'quickly').finally(() => {
      underWay -= 1;
    });
  };
}

/**
 * Compresses parts in a thread, so that the event loop never waits for them. All are one job: a job for each part would
 * wait for its turn of the event loop each time.
 */
export async function compressParts(
  parts: readonly Uint8Array[],
  encoding: Encoding,
  effort: 'quickly' | 'once',
): Promise<Uint8Array[]> {
  const body = await joinInTurns(parts);
  // The whole of it fits into one chunk, for it gets smaller.
  const chunkSize = Math.max(1024, body.length);
  const bytes =
    encoding === 'br'
      ? await brotliBytes(body, { ...brotli[effort], chunkSize })
      : await gzipBytes(body, { ...gzip[effort], chunkSize });
  return [bytes];
}

const brotliBytes = promisify(brotliCompress);
const gzipBytes = promisify(gzipCompress);
const quality = constants.BROTLI_PARAM_QUALITY;
const mode = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };
/** `once` is for what is compressed once in the life of the process. It costs ten times the CPU and more. */
const brotli = { quickly: { params: { ...mode, [quality]: 4 } }, once: { params: { ...mode, [quality]: 9 } } };
const gzip = { quickly: { level: 1 }, once: { level: 9 } };

/** A stream of chunks through gzip, no faster than it is read. Brotli would take megabytes for each stream. */
export async function* gzipChunks(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  const zip = createGzip(gzip.quickly);
  // The reader of `zip` gets what fails. A reader that leaves ends the chunks; nobody waits for that.
  pipeline(chunks, zip).catch(() => undefined);
  try {
    for await (const chunk of zip) yield chunk as Uint8Array; // not in object mode
  } finally {
    zip.destroy();
  }
}

/**
 * The coding of an answer whose head is set and whose body has more than `leastBytes`; undefined for none. An answer
 * with a credential is never compressed: its length would tell something about the credential to who chooses other
 * parts of it (BREACH).
 */
export function encodingOf(
  response: ServerResponse,
  route: Pick<Route, 'hasSecret'>,
  available?: readonly Encoding[],
): Encoding | undefined {
  if (route.hasSecret || !isCompressible(String(response.getHeader('content-type')))) return undefined;
  // Beside what else it varies by, such as the form of a page.
  response.appendHeader('vary', 'accept-encoding');
  return acceptedEncoding(response.req, available);
}

/** Whether a content type is text. Events of a stream are not: each has to leave when it is there. */
export function isCompressible(contentType: string): boolean {
  return /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|javascript|xml)\b|image\/svg)/.test(
    contentType,
  );
}
