import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Returns the mode of an enrollment; undefined if the caller's organization has no enrollment with this id in this
 * workflow.
 */
export async function findMode(
  db: Kysely<DB>,
  { organizationId }: Caller,
  { workflow_id: workflowId, id }: Readonly<Record<string, unknown>>,
): Promise<Mode | undefined> {
  const row = await db
    .selectFrom('enrollments')
    .select('mode')
    .where('workflow_id', '=', workflowId as bigint) // requests that name an enrollment give its ids as bigints
    .where('id', '=', id as bigint)
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row && modeOf(row.mode);
}
