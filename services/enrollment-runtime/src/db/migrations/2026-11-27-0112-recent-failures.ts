import { buildIndex } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export const withoutTransaction = true;

/** The failures of a workflow by time. Only a run that fails writes to it, so moves that do not fail cost what they did. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await buildIndex(
    db,
    'outcomes_failed_ended_at_idx',
    sql`outcomes (workflow_id, mode, ended_at) where status = 'failed'`,
  );
}
