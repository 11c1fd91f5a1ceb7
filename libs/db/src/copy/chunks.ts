/** A message of the COPY protocol: its kind, its length, and a piece of the rows. */
export type Chunk = { bytes: Buffer; view: DataView; length: number };

/** Size in bytes of the kind and length fields. The value of the length field includes the length field itself. */
const chunkHeaderBytes = 1 + 4;

const kind = 'd'.charCodeAt(0);
const chunkBytes = 64 * 1024;
/** Maximum number of unused chunks that are kept (4 MB), enough for a few large concurrent calls. */
const keptChunks = 64;
/**
 * Unused chunks, kept for reuse. If each COPY allocated new chunks, a bulk enrollment would produce twice as much
 * garbage, and the system would have to clear the pages of each chunk, which took a quarter of the runtime's work.
 */
const idle: Chunk[] = [];

/** Starts a chunk that has room for `atLeast` bytes. */
export function startChunk(atLeast: number): Chunk {
  const byteLength = Math.max(chunkBytes, chunkHeaderBytes + atLeast);
  const chunk = (byteLength === chunkBytes ? idle.pop() : undefined) ?? allocate(byteLength);
  chunk.length = chunkHeaderBytes;
  return chunk;
}

/** Lets later calls overwrite chunks that are no longer needed. */
export function giveBack(chunks: readonly Chunk[]): void {
  const kept = chunks.filter(({ bytes }) => bytes.byteLength === chunkBytes);
  idle.push(...kept.slice(0, keptChunks - idle.length));
}

function allocate(byteLength: number): Chunk {
  const bytes = Buffer.allocUnsafeSlow(byteLength);
  return { bytes, view: new DataView(bytes.buffer), length: 0 };
}

/** Returns the bytes of the message. */
export function messageOf({ bytes, view, length }: Chunk): Uint8Array {
  bytes[0] = kind;
  view.setInt32(1, length - 1);
  return bytes.subarray(0, length);
}

/** Returns the row data of a chunk, without the chunk's header. */
export function contentOf({ bytes, length }: Chunk): Uint8Array {
  return bytes.subarray(chunkHeaderBytes, length);
}
