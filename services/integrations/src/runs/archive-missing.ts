import type { WriteSlice } from '@drippulse/db';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { SourceFailure } from '../sources/failure.ts';
import type { RunRow } from './rows.ts';
import type { RunPlace } from './run-place.ts';
import { committing, ending } from './save-slice.ts';
import { writingOf } from './write-batches.ts';
import { archiveRecords } from './write-rows.ts';

const batch = 500;
/** Maximum number of missing records that are deleted regardless of their share of all records. */
const fewGone = 10n;

/**
 * Ends a reading. If the reading covered every row, deletes the records whose row no longer exists, up to 500 per
 * slice. Deletes nothing if more than a fifth of the records, half of the rows, or all rows are missing, because the
 * reading has then probably failed.
 */
export async function archiveMissing(ctx: Context, place: RunPlace): Promise<WriteSlice<DB>> {
  const { run, settings, progress, config } = place;
  const isWanted = settings.deletions === 'archive' && !run.is_dry && !progress.isUnchanged;
  // After a refused row, no record is deleted, because the record of the refused row is unknown and might be among the
  // missing records.
  const isArchiving = isWanted && run.rows_failed === 0n;
  const missing = isArchiving ? await findMissing(ctx, run) : [];
  if (missing.length === 0) {
    const status = run.rows_failed > 0n ? 'completed_with_errors' : 'completed';
    // A file has no position, because each reading covers the whole file.
    const position = config.type === 'csv' || config.type === 'google_sheets' ? null : JSON.stringify(progress.reader);
    const warnings = isWanted && !isArchiving ? ['Rows were refused, so no record was deleted.'] : [];
    return ending(ctx, place, { status, position, columns: progress.columns, warnings });
  }
  if (progress.archived === 0 && !run.confirms_archive) await guardShrink(ctx, place);
  const ids = missing.map(({ record_id }) => record_id);
  const { caller, target } = writingOf(place);
  const key = `data-source-run:${run.id}:archive:${progress.archived}`;
  const count = await archiveRecords(ctx, ids, { caller, target, isDry: false, key });
  return committing(ctx, place, {
    progress: { ...progress, archived: progress.archived + 1, tries: 0 },
    async write(trx) {
      await sql`
        delete from source_records where organization_id = ${run.organization_id}
          and data_source_id = ${run.data_source_id} and record_id = any(${ids}::uuid[])`.execute(trx);
      return trx
        .updateTable('data_source_runs')
        .set((eb) => ({ rows_archived: eb('rows_archived', '+', BigInt(count)) }))
        .where('id', '=', run.id)
        .returningAll()
        .executeTakeFirstOrThrow();
    },
  });
}

async function findMissing(ctx: Context, run: RunRow): Promise<{ record_id: string }[]> {
  const { rows } = await sql<{ record_id: string }>`
    select record_id from source_records
    where organization_id = ${run.organization_id} and data_source_id = ${run.data_source_id} and run_id <> ${run.id}
    order by record_id limit ${batch}`.execute(ctx.db.kysely);
  return rows;
}

async function guardShrink(ctx: Context, { run, settings }: RunPlace): Promise<void> {
  const { rows } = await sql<{ all: bigint; gone: bigint }>`
    select count(*) as all, count(*) filter (where run_id <> ${run.id}) as gone from source_records
    where organization_id = ${run.organization_id} and data_source_id = ${run.data_source_id}`.execute(ctx.db.kysely);
  const [{ all, gone } = { all: 0n, gone: 0n }] = rows;
  const isEmpty = run.rows_read === 0n;
  const isHalved = settings.last_read !== null && run.rows_read * 2n < BigInt(settings.last_read);
  if (!isEmpty && !isHalved && (gone <= fewGone || gone * 5n <= all)) return;
  const message =
    `${gone} of ${all} records have no row any more. None was deleted. ` +
    'If this is right, start a run with confirm_mass_archive.';
  throw new SourceFailure('suspicious_shrink', message);
}
