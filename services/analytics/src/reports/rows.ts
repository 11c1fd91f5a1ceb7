import { DomainError } from '@drippulse/errors';
import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DB, Reports } from '../db/schema.ts';

export type ReportRow = Selectable<Reports>;

export function selectReports(db: Kysely<DB>, organizationId: bigint) {
  return db.selectFrom('reports').where('organization_id', '=', organizationId);
}

export async function findReport(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<ReportRow> {
  const row = await selectReports(db, organizationId).selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw reportNotFound();
  return row;
}

/** Finds a report, and locks its row. */
export async function lockReport(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<ReportRow> {
  const row = await selectReports(trx, organizationId).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw reportNotFound();
  return row;
}

/** Finds the mode of a report of the caller's organization; undefined if no report has this id. */
export async function findReportMode(
  db: Kysely<DB>,
  { organizationId }: Caller,
  id: unknown,
): Promise<Mode | undefined> {
  const row = await selectReports(db, organizationId)
    .select('mode')
    .where('id', '=', id as bigint) // the path parameter is a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

function reportNotFound(): DomainError {
  return new DomainError('not_found', 'report_not_found', 'There is no report with this id.');
}
