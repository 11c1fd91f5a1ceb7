import type { LockRevision } from '@drippulse/writes';
import type { Kysely, Selectable } from 'kysely';
import type { DB, Settings } from '../db/schema.ts';

export type SettingsRow = Selectable<Settings>;

/** Finds the invoice settings of an organization; undefined until the organization has set any. */
export async function findSettings(db: Kysely<DB>, organizationId: bigint): Promise<SettingsRow | undefined> {
  return db.selectFrom('settings').selectAll().where('organization_id', '=', organizationId).executeTakeFirst();
}

/** Locks the row for `If-Match`. Creates a missing row, so that every organization starts at revision 1. */
export const lockSettingsRevision: LockRevision<DB> = async (trx, { organizationId }) => {
  const now = new Date();
  await trx
    .insertInto('settings')
    .values({ organization_id: organizationId, copy_due_at: now, updated_at: now, copied_revision: 1n })
    .onConflict((oc) => oc.column('organization_id').doNothing())
    .execute();
  const row = await trx
    .selectFrom('settings')
    .select('revision')
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirst();
  return row?.revision;
};
