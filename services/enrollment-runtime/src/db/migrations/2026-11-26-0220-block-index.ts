import { buildIndex } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/** The table of enrollments is the largest that is written all the time: nobody who enrolls waits for its index. */
export const withoutTransaction = true;

export async function up(db: Kysely<unknown>): Promise<void> {
  await buildIndex(db, 'enrollments_block_idx', sql`enrollments (workflow_id, (id >> 3))`);
}
