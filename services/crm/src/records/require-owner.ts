import { refuseViolations } from '@drippulse/errors';
import type { RecordRow, Values } from './collection.ts';
import type { Write } from './write.ts';

/**
 * Refuses an owner who is not a member of the organization. A member of a different organization, an unknown id and an
 * impossible id have the same error.
 */
export function requireOwner({ members }: Write, { owner_id: owner }: Values): void {
  if (typeof owner !== 'bigint' || members?.has(owner)) return;
  refuseViolations([{ field: 'owner_id', message: 'must be a member of the organization', code: 'not_found' }]);
}

/**
 * Returns the write with the owners of these rows as additional allowed owners. A record may take over the owner of
 * another record, even if that owner has left the organization in the meantime.
 */
export function withOwnersOf(write: Write, rows: readonly RecordRow[]): Write {
  const owners = rows.flatMap(({ owner_id: owner }) => owner ?? []);
  return { ...write, members: new Set([...(write.members ?? []), ...owners]) };
}
