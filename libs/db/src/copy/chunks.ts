/** A message of the COPY protocol: its kind, its length, and a piece of the rows. */
export type Chunk = { bytes: Buffer; view: DataView; length: number };

/** Its kind, and the length that includes itself. */
const chunkHeaderBytes = 1 + 4;

const kind = 'd'.charCodeAt(0);
const chunkBytes = 64 * 1024;
/** What a few large calls at once use: 4 MB. */
const keptChunks = 64;
/** Chunks that nobody uses: new ones for each COPY are as much garbage as all else of a row, and pages to be filled anew. */
const idle: Chunk[] = [];

/** A chunk with room for that many bytes at least. */
export function startChunk(atLeast: number): Chunk {
  const length = chunkHeaderBytes + atLeast;
  const chunk = (length <= chunkBytes ? idle.pop() : undefined) ?? allocate(Math.max(chunkBytes, length));
  chunk.length = chunkHeaderBytes;
  return chunk;
}

/** The message as it is sent. */
export function messageOf({ bytes, view, length }: Chunk): Uint8Array {
  bytes[0] = kind;
  view.setInt32(1, length - 1);
  return bytes.subarray(0, length);
}

/** The piece of the rows. */
export function contentOf({ bytes, length }: Chunk): Uint8Array {
  return bytes.subarray(chunkHeaderBytes, length);
}

/** Lets others write over chunks, of which nothing waits to be sent. */
export function giveBack(chunks: readonly Chunk[]): void {
  const kept = chunks.filter(({ bytes }) => bytes.byteLength === chunkBytes).slice(0, keptChunks - idle.length);
  idle.push(...kept);
}

function allocate(byteLength: number): Chunk {
  const bytes = Buffer.allocUnsafeSlow(byteLength);
  return { bytes, view: new DataView(bytes.buffer), length: 0 };
}
