import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, createGzip, gzip as gzipCompress } from 'node:zlib';
import { joinInTurns } from '@drippulse/loops';
import { acceptedEncoding, type Encoding } from './accepted-encoding.ts';
import type { Route } from './routes.ts';

/** A response up to this size fits into a packet or two, so compressing it saves nothing. */
export const leastBytes = 1024;

/**
 * Maximum number of parallel compressions, each in its own thread. When it is reached, a response is sent uncompressed
 * instead of waiting.
 */
const mostAtOnce = 4;

/** Compresses the parts of a body. Returns undefined when the limit of parallel compressions is reached. */
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
 * Compresses the parts of a body in a thread, so that the event loop never waits. All parts are one job, because
 * separate jobs would each wait for a turn of the event loop.
 */
export async function compressParts(
  parts: readonly Uint8Array[],
  encoding: Encoding,
  effort: 'quickly' | 'once',
): Promise<Uint8Array[]> {
  const body = await joinInTurns(parts);
  // One chunk is large enough for the compressed body, because compression makes the body smaller.
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
/**
 * `once` is for bodies that are compressed once in the life of the process. It uses at least ten times the CPU time.
 */
const brotli = { quickly: { params: { ...mode, [quality]: 4 } }, once: { params: { ...mode, [quality]: 9 } } };
const gzip = { quickly: { level: 1 }, once: { level: 9 } };

/**
 * Compresses a stream of chunks with gzip, no faster than the stream is read. Brotli would take megabytes for each
 * stream.
 */
export async function* gzipChunks(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  const zip = createGzip(gzip.quickly);
  // The reader of `zip` gets an error of the pipeline, so the error is ignored here. If the reader leaves, the pipeline
  // ends too, and nobody waits for it.
  pipeline(chunks, zip).catch(() => undefined);
  try {
    for await (const chunk of zip) yield chunk as Uint8Array; // a buffer, because the stream is not in object mode
  } finally {
    zip.destroy();
  }
}

/**
 * Returns the coding of a response whose head is set and whose body has more than `leastBytes`; undefined for no
 * coding. A response that contains a credential is never compressed: its compressed length would reveal something about
 * the credential to an attacker who chooses other parts of the response (BREACH).
 */
export function encodingOf(
  response: ServerResponse,
  route: Pick<Route, 'hasSecret'>,
  available?: readonly Encoding[],
): Encoding | undefined {
  if (route.hasSecret || !isCompressible(String(response.getHeader('content-type')))) return undefined;
  // The value is appended, because the response may vary for other reasons too, such as the form of a page.
  response.appendHeader('vary', 'accept-encoding');
  return acceptedEncoding(response.req, available);
}

/** Whether a content type is compressible text. An event stream is not, because each event must be sent immediately. */
export function isCompressible(contentType: string): boolean {
  return /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|javascript|xml)\b|image\/svg)/.test(
    contentType,
  );
}
