const leastBytes = 256 * 1024;

/** Yields bytes in pieces of at least 256 KiB; the last piece may be shorter. Throws when the signal aborts. */
export async function* inPieces(texts: AsyncIterable<string | Uint8Array>, lost: AbortSignal): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const text of texts) {
    lost.throwIfAborted();
    const piece = typeof text === 'string' ? Buffer.from(text) : text;
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < leastBytes) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
