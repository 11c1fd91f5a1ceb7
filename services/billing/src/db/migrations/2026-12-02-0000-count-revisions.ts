import { setApart } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/**
 * Makes an update raise the revision of the settings if it changes any column that is not in `apart`. An update that
 * changes only columns in `apart` does not raise it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'settings', { apart: ['copied_revision', 'copy_due_at'] });
  await sql`drop function if exists raise_revision()`.execute(db);
}
