import { setApart } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/**
 * Makes an update raise the revision of a report if it changes any column that is not in `apart`. An update that
 * changes only the progress does not raise it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'reports', { apart: ['progress'] });
  await sql`drop function if exists raise_revision()`.execute(db);
}
