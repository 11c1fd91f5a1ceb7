import type { Readable } from 'node:stream';

/**
 * Returns the first `keepBytes` of a body. Reads on to the end of the body, so that the connection can be used again,
 * but not beyond `maxReadBytes`: if a body is longer, the connection is destroyed.
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
    // Leaving the loop destroys the stream, and with it the connection.
    if (readBytes > o.maxReadBytes) break;
  }
  return { body: Buffer.concat(kept), truncated: readBytes > keptBytes };
}
