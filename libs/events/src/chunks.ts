/** Cuts items into chunks of at most `count` items and `bytes` bytes. A larger item is a chunk of its own. */
export function* chunksOf<T>(
  items: Iterable<T>,
  limits: { count: number; bytes: number },
  bytesOf: (item: T) => number,
): Generator<T[]> {
  let chunk: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    if (chunk.length > 0 && (chunk.length >= limits.count || bytes + size > limits.bytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(item);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
