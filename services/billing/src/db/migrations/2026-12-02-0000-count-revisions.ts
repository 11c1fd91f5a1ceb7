import { setApart } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/** Raises the revision of a row for every visible change, even if the update changes bookkeeping columns too. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'settings', { apart: ['copied_revision', 'copy_due_at'] });
  await sql`drop function if exists raise_revision()`.execute(db);
}
