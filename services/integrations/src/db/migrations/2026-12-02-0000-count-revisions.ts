import { setApart } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';
import { connectionsApart } from './baseline/connections.ts';
import { dataSourcesApart } from './baseline/data-sources.ts';

/**
 * Makes an update raise the revision of a row if it changes any column that is not in `apart`. An update that changes
 * only columns in `apart` does not raise it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'connections', { apart: connectionsApart });
  await setApart(db, 'data_sources', { apart: dataSourcesApart });
  await sql`drop function if exists raise_revision()`.execute(db);
}
