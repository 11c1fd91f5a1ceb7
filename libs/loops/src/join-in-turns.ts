import { createYielder } from './yielder.ts';

/** Bytes copied in one turn of the event loop: a megabyte takes one millisecond, most of it for new memory. */
const turnBytes = 1 << 20;

/** Joins buffers into one. Other work has its turn between megabytes. */
export async function joinInTurns(parts: readonly Uint8Array[]): Promise<Buffer> {
  const joined = Buffer.allocUnsafe(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const yieldAfter = createYielder(turnBytes);
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.byteLength;
    await yieldAfter(part.byteLength);
  }
  return joined;
}
