import { refuseViolations } from '@drippulse/errors';
import type { RecordRow, Values } from './collection.ts';
import type { Write } from './write.ts';

/**
 * Refuses an owner who is not a member of the organization. A member of another organization, an unknown id and an
 * impossible one have the same error.
 */
export function requireOwner({ members }: Write, { owner_id: owner }: Values): void {
  if (typeof owner !== 'bigint' || members?.has(owner)) return;
  refuseViolations([{ field: 'owner_id', message: 'must be a member of the organization', code: 'not_found' }]);
}

/** Returns the write for records that take over the owners of others, who may have left the organization since. */
export function withOwnersOf(write: Write, rows: readonly RecordRow[]): Write {
  const owners = rows.flatMap(({ owner_id: owner }) => owner ?? []);
  return { ...write, members: new Set([...(write.members ?? []), ...owners]) };
}
