import { DomainError } from '@drippulse/errors';
import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { ApprovalRow } from './row.ts';

/** Finds an approval of the organization. An approval of another organization is reported as missing. */
export async function findApproval(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<ApprovalRow> {
  const row = await db
    .selectFrom('approvals')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row !== undefined) return row;
  throw new DomainError('not_found', 'approval_not_found', 'There is no approval with this id.');
}

/** Returns the mode of an approval of the caller's organization; undefined when there is no approval with this id. */
export async function findApprovalMode(
  db: Kysely<DB>,
  { organizationId }: Caller,
  id: unknown,
): Promise<Mode | undefined> {
  const row = await db
    .selectFrom('approvals')
    .select('mode')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id as bigint) // requests that name an approval give its id as a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}
