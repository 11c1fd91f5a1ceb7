import { createHash } from 'node:crypto';

/** Returns the fingerprint of a source's columns. It depends on the names of the columns, but not on their order. */
export function fingerprintOf(columns: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...columns].sort()))
    .digest('hex');
}
