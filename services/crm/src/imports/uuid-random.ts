import { randomFillSync } from 'node:crypto';

const idBytes = 16;
/**
 * Random bytes for 256 ids. A system call for each id would take several times as long as building the rest of the id.
 */
const pool = new Uint8Array(256 * idBytes);
let used = pool.byteLength;

/** Returns sixteen random bytes, for the `rng` of the `uuid` package. Each byte is used once. */
export function uuidRandom(): Uint8Array {
  if (used === pool.byteLength) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.slice(used, used + idBytes);
  used += idBytes;
  return bytes;
}
