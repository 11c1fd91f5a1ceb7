import { type JsonObject, parseJson, stringifyJson } from '@drippulse/json';
import { stringify } from 'csv-stringify/sync';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { guardFormula } from '../formula-guard.ts';
import { type RowError, textOf } from '../sources/mapping/map-row.ts';
import type { ReadRow } from '../sources/readers/page.ts';
import type { RunRow } from './rows.ts';

const maxRows = 10_000n;
const slice = 500;

/** Stores the first 10,000 failed rows of a run. */
export async function saveFailedRows(
  trx: Transaction<DB>,
  run: RunRow,
  rows: readonly (ReadRow & { errors: readonly RowError[] })[],
): Promise<void> {
  const room = Number(maxRows - run.rows_failed);
  const kept = rows.slice(0, Math.max(0, room));
  if (kept.length === 0) return;
  await trx
    .insertInto('source_failed_rows')
    .values(
      kept.map(({ row, cells, errors }) => ({
        organization_id: run.organization_id,
        run_id: run.id,
        row: BigInt(row),
        cells: stringifyJson(cells),
        error: errors.map(sentenceOf).join('; '),
      })),
    )
    .onConflict((conflict) => conflict.columns(['run_id', 'row']).doNothing())
    .execute();
}

function sentenceOf({ column, field, message }: RowError): string {
  const subject = column !== '' ? column : field;
  return subject === '' ? `The row ${message}` : `${subject} ${message}`;
}

/** Yields the lines of the CSV file of a run's failed rows. Reads a few hundred rows at a time. */
export async function* failedLines(db: Kysely<DB>, run: RunRow, columns: readonly string[]): AsyncGenerator<string> {
  yield lineOf([...columns, 'error']);
  let last = -1n;
  for (;;) {
    const { rows } = await sql<{ row: bigint; cells: string; error: string }>`
      select row, cells, error from source_failed_rows
      where run_id = ${run.id} and organization_id = ${run.organization_id} and row > ${last}
      order by row limit ${slice}`.execute(db);
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows
      .map(({ cells, error }) => {
        const read = parseJson(cells) as JsonObject; // `saveFailedRows` wrote the cells
        return lineOf([...columns.map((name) => textOf(read[name] ?? null)), error]);
      })
      .join('');
    last = end.row;
  }
}

/** Returns the columns of the failed rows, in their original order. */
export async function failedColumns(db: Kysely<DB>, run: RunRow): Promise<string[]> {
  const row = await db
    .selectFrom('source_failed_rows')
    .select('cells')
    .where('run_id', '=', run.id)
    .where('organization_id', '=', run.organization_id)
    .orderBy('row')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? [] : Object.keys(parseJson(row.cells) as JsonObject); // `saveFailedRows` wrote the cells
}

function lineOf(cells: readonly string[]): string {
  return stringify([cells.map(guardFormula)], { record_delimiter: '\r\n' });
}
