import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Finds the mode of a workflow of the caller's organization; undefined for an unknown id. */
export async function findMode(db: Kysely<DB>, { organizationId }: Caller, id: unknown): Promise<Mode | undefined> {
  const row = await db
    .selectFrom('workflows')
    .select('mode')
    .where('id', '=', id as bigint) // requests that name a workflow give its id as a bigint
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row && modeOf(row.mode);
}
