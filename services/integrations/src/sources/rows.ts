import { DomainError } from '@drippulse/errors';
import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DataSources, DB } from '../db/schema.ts';

export type DataSourceRow = Selectable<DataSources>;

/** Selects the data sources of an organization that are not deleted. */
export function selectSources(db: Kysely<DB>, organizationId: bigint) {
  return db.selectFrom('data_sources').where('organization_id', '=', organizationId).where('deleted_at', 'is', null);
}

export async function findSource(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<DataSourceRow> {
  const row = await selectSources(db, organizationId).selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw sourceNotFound();
  return row;
}

/** Finds a data source, and locks its row. */
export async function lockSource(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<DataSourceRow> {
  const row = await selectSources(trx, organizationId).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw sourceNotFound();
  return row;
}

/** Finds the mode of a data source of the caller's organization; undefined if no data source has this id. */
export async function findSourceMode(
  db: Kysely<DB>,
  { organizationId }: Caller,
  id: unknown,
): Promise<Mode | undefined> {
  const row = await selectSources(db, organizationId)
    .select('mode')
    .where('id', '=', id as bigint) // the path parameter is a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

/** Refuses a live data source to a test key, for methods whose path does not contain the data source. */
export function requireOwnMode(caller: Caller, row: Pick<DataSourceRow, 'mode'>): void {
  if (caller.mode !== 'test' || row.mode === 'test') return;
  throw new DomainError('permission_denied', 'test_mode', 'A test key cannot change what is live.');
}

function sourceNotFound(): DomainError {
  return new DomainError('not_found', 'data_source_not_found', 'There is no data source with this id.');
}
