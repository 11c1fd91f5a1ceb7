/** A message of the COPY protocol: its kind, its length, and a piece of the rows. */
export type Chunk = { bytes: Buffer; view: DataView; length: number };

/** The kind, and the length, which counts itself. */
const chunkHeaderBytes = 1 + 4;

const kind = 'd'.charCodeAt(0);
const chunkBytes = 64 * 1024;

/** Starts a chunk that has room for `atLeast` bytes. */
export function startChunk(atLeast: number): Chunk {
  const bytes = Buffer.allocUnsafeSlow(Math.max(chunkBytes, chunkHeaderBytes + atLeast));
  return { bytes, view: new DataView(bytes.buffer), length: chunkHeaderBytes };
}

/** The bytes of the message. */
export function messageOf({ bytes, view, length }: Chunk): Uint8Array {
  bytes[0] = kind;
  view.setInt32(1, length - 1);
  return bytes.subarray(0, length);
}

/** The piece of the rows. */
export function contentOf({ bytes, length }: Chunk): Uint8Array {
  return bytes.subarray(chunkHeaderBytes, length);
}
