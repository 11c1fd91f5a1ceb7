import { createHash } from 'node:crypto';

/** The fingerprint of a source's columns. It depends on their names and not on their order. */
export function fingerprintOf(columns: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...columns].sort()))
    .digest('hex');
}
