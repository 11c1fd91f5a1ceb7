import { type LockRevision, lockRevision } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

/**
 * Locks an organization, to serialize changes that depend on the number of its rows: the last administrator, the limit
 * of keys. The lock lasts until the end of the transaction. It does not block inserts of rows that refer to the
 * organization.
 */
export async function lockOrganization(trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  await trx.selectFrom('organizations').select('id').where('id', '=', organizationId).forNoKeyUpdate().execute();
}

/** Locks the organization for `If-Match`. Returns its revision. */
export const lockAccountRevision: LockRevision<DB> = async (trx, { organizationId }) => {
  await lockOrganization(trx, organizationId);
  const { revision } = await trx
    .selectFrom('organizations')
    .select('revision')
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  return revision;
};

/** Locks the organization and a member of it for `If-Match`, in the order of all changes of members. */
export const lockMemberRevision: LockRevision<DB> = async (trx, caller, id) => {
  await lockOrganization(trx, caller.organizationId);
  return lockRevision<DB>('memberships')(trx, caller, id);
};
