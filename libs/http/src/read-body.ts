import type { Readable } from 'node:stream';

/**
 * Returns the first `keepBytes` of a body. Reads on to its end, so that the connection can be used again, but not
 * beyond `maxReadBytes`; a body that is longer destroys the connection.
 */
export async function readBody(
  body: Readable,
  o: { maxReadBytes: number; keepBytes: number },
): Promise<{ body: Buffer; truncated: boolean }> {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let readBytes = 0;
  for await (const chunk of body) {
    const bytes: Buffer = chunk;
    readBytes += bytes.length;
    if (keptBytes < o.keepBytes) {
      const piece = bytes.subarray(0, o.keepBytes - keptBytes);
      kept.push(piece);
      keptBytes += piece.length;
    }
    // Leaving the loop destroys the stream.
    if (readBytes > o.maxReadBytes) break;
  }
  return { body: Buffer.concat(kept), truncated: readBytes > keptBytes };
}
