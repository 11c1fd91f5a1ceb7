import { DomainError } from '@drippulse/errors';
import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DataSourceRuns, DB } from '../db/schema.ts';

export type RunRow = Selectable<DataSourceRuns>;

/** Statuses of runs that have not ended. */
export const activeStatuses = ['queued', 'running'];

export async function findRun(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<RunRow> {
  const row = await selectRun(db, organizationId, id).executeTakeFirst();
  if (row === undefined) throw runNotFound();
  return row;
}

/** Finds a run, and locks its row. */
export async function lockRun(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<RunRow> {
  const row = await selectRun(trx, organizationId, id).forUpdate().executeTakeFirst();
  if (row === undefined) throw runNotFound();
  return row;
}

function selectRun(db: Kysely<DB>, organizationId: bigint, id: bigint) {
  return db
    .selectFrom('data_source_runs')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id);
}

/** Finds the mode of a run of the caller's organization; undefined if no run has this id. */
export async function findRunMode(db: Kysely<DB>, { organizationId }: Caller, id: unknown): Promise<Mode | undefined> {
  const row = await db
    .selectFrom('data_source_runs')
    .select('mode')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id as bigint) // the path parameter is a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

/** Returns the number of rows that the run has a result for. */
export function seenRows(run: RunRow): bigint {
  return run.rows_created + run.rows_updated + run.rows_unchanged + run.rows_skipped + run.rows_failed;
}

function runNotFound(): DomainError {
  return new DomainError('not_found', 'data_source_run_not_found', 'There is no run with this id.');
}
