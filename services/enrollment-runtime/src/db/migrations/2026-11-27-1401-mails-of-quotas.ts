import { buildIndex } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export const withoutTransaction = true;

/** The mails of an organization that wait for its quota. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await buildIndex(
    db,
    'sends_quota_idx',
    sql`sends (organization_id, planned_at, id) where status = 'held' and rule = 'quota'`,
  );
}
