import { setApart } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';
import { connectionsApart } from './baseline/connections.ts';
import { dataSourcesApart } from './baseline/data-sources.ts';

/** Raises the revision of a row for every visible change, even if the update changes bookkeeping columns too. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'connections', { apart: connectionsApart });
  await setApart(db, 'data_sources', { apart: dataSourcesApart });
  await sql`drop function if exists raise_revision()`.execute(db);
}
