import { randomFillSync } from 'node:crypto';

const idBytes = 16;
/** Of 256 ids: asking the system for each one's bytes takes several times what the rest of an id does. */
const pool = new Uint8Array(256 * idBytes);
let used = pool.byteLength;

/** Sixteen random bytes, for the `rng` of the `uuid` package; each is given out once. */
export function uuidRandom(): Uint8Array {
  if (used === pool.byteLength) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.slice(used, used + idBytes);
  used += idBytes;
  return bytes;
}
