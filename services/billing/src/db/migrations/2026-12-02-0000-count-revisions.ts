import { setApart } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/** Counts every change of a row that shows: also one that an update makes together with a note. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'settings', { apart: ['copied_revision', 'copy_due_at'] });
  await sql`drop function if exists raise_revision()`.execute(db);
}
