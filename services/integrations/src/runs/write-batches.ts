import { parseJson } from '@drippulse/json';
import { type Actor, type Caller, modeOf } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { ReadRow } from '../sources/readers/page.ts';
import { addErrors } from './errors.ts';
import { saveFailedRows } from './failed-rows.ts';
import { areApart, keysOfRows, type RowKeys } from './row-keys.ts';
import { type RunRow, seenRows } from './rows.ts';
import type { RunPlace } from './run-place.ts';
import { givesUp } from './settings.ts';
import { type MappedRows, mapRows, type RowResult, writeMapped } from './write-rows.ts';

/** Maximum number of batches per slice, equal to the batches of one page of a file. */
const mostBatches = 4;

/**
 * Batches that were written. `rows` is the number of their rows, `isAll` says whether no further batch is waiting, and
 * `save` stores the results.
 */
type Written = { rows: number; isAll: boolean; save(trx: Transaction<DB>): Promise<RunRow> };

/** A batch with its rows in the form that the CRM accepts, and the keys of their records. */
type Batch = { batch: number; mapped: MappedRows; keys: RowKeys };
type Begun = Batch & { results: Promise<RowResult[]> };

/**
 * Writes up to four waiting batches. Returns undefined if no batch is waiting. While the CRM writes a batch, the next
 * batch is mapped. The next batch is also written at that time if the order of the two batches does not matter. If a
 * batch fails, or too many rows are refused, no further batch begins, and the batches before it are saved.
 */
export async function writeBatches(ctx: Context, place: RunPlace): Promise<Written | undefined> {
  const numbers = await findWaiting(ctx, place.run);
  const begun: Begun[] = [];
  const results: RowResult[] = [];
  let ended = 0;
  async function end({ results: awaited }: Begun): Promise<void> {
    results.push(...(await awaited));
    ended += 1;
  }
  try {
    for (const number of numbers.slice(0, mostBatches)) {
      const batch = await readBatch(ctx, place, number);
      for (const other of begun.slice(ended)) if (!mayBegin(place, begun.slice(ended), batch)) await end(other);
      if (isRefused(place, results)) break;
      begun.push(begin(ctx, place, batch));
    }
    for (const other of begun.slice(ended)) await end(other);
  } catch (error) {
    await Promise.allSettled(begun.map((batch) => batch.results));
    if (ended === 0) throw error;
  }
  const done = begun.slice(0, ended);
  const [first, last] = [done[0]?.batch, done.at(-1)?.batch];
  if (first === undefined || last === undefined) return undefined;
  const rows = done.flatMap(({ mapped }) => mapped.rows);
  return {
    rows: rows.length,
    isAll: last === numbers.at(-1),
    save: (trx) => saveResults(trx, place, { first, last, rows, results }),
  };
}

/**
 * Whether a batch may begin while others are being written. Until the run has results, only one batch is written at a
 * time, because its results may show that the settings are wrong.
 */
function mayBegin({ run, atOnce }: RunPlace, underWay: readonly Begun[], { keys }: Batch): boolean {
  if (underWay.length === 0) return true;
  return underWay.length < atOnce && seenRows(run) > 0n && underWay.every((other) => areApart(other.keys, keys));
}

function begin(ctx: Context, place: RunPlace, batch: Batch): Begun {
  const results = writeBatch(ctx, place, batch);
  results.catch(() => undefined); // `end` awaits the results later
  return { ...batch, results };
}

async function findWaiting(ctx: Context, run: RunRow): Promise<number[]> {
  const { rows } = await sql<{ batch: number }>`
    select batch from source_batches where run_id = ${run.id} order by batch limit ${mostBatches + 1}`.execute(
    ctx.db.kysely,
  );
  return rows.map(({ batch }) => batch);
}

async function readBatch(ctx: Context, place: RunPlace, batch: number): Promise<Batch> {
  const { rows } = await ctx.db.kysely
    .selectFrom('source_batches')
    .select('rows')
    .where('run_id', '=', place.run.id)
    .where('batch', '=', batch)
    .executeTakeFirstOrThrow();
  const mapped = mapRows(parseJson(rows) as ReadRow[], writingOf(place)); // `readRows` wrote the rows
  return { batch, mapped, keys: keysOfRows(mapped, place.settings.dedupe_by) };
}

async function writeBatch(ctx: Context, place: RunPlace, { batch, mapped }: Batch): Promise<RowResult[]> {
  await ctx.runFault?.('before-write');
  const key = `data-source-run:${place.run.id}:${batch}`;
  const results = await writeMapped(ctx, mapped, { ...writingOf(place), key, batch: batch + 1 });
  await ctx.runFault?.('after-write');
  return results;
}

/** Whether the run gives up because too many rows were refused. */
function isRefused({ run, settings }: RunPlace, results: readonly RowResult[]): boolean {
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  return givesUp(settings, { seen: seenRows(run) + BigInt(results.length), failed: run.rows_failed + BigInt(failed) });
}

async function saveResults(
  trx: Transaction<DB>,
  { run, settings }: RunPlace,
  { first, last, rows, results }: { first: number; last: number; rows: readonly ReadRow[]; results: RowResult[] },
): Promise<RunRow> {
  await trx
    .deleteFrom('source_batches')
    .where('run_id', '=', run.id)
    .where('batch', '>=', first)
    .where('batch', '<=', last)
    .execute();
  const failed = results.flatMap((result, index) => {
    const row = rows[index];
    return result.outcome === 'failed' && row !== undefined ? [{ ...row, errors: result.errors }] : [];
  });
  await saveFailedRows(trx, run, failed);
  if (settings.deletions === 'archive' && !run.is_dry) await noteRecords(trx, run, results);
  return countResults(trx, run, results, addErrors(run.errors, failed));
}

/** Returns the options and the caller with which the rows of a run are written. */
export function writingOf({ run, settings, mapping }: Pick<RunPlace, 'run' | 'settings' | 'mapping'>) {
  return {
    caller: callerOfRun(run),
    mapping,
    target: settings.target,
    clearsBlanks: settings.blank === 'clear',
    externalSystem: externalSystemOf(run.data_source_id),
    now: run.created_at,
    dedupeBy: settings.dedupe_by,
    writeMode: settings.write_mode,
    fillsBlanks: settings.existing === 'fill_blanks',
    isDry: run.is_dry,
  };
}

/**
 * Returns the name of a data source as an external system. Each data source has its own name, so that equal ids in two
 * data sources identify different records.
 */
export function externalSystemOf(dataSourceId: bigint): string {
  return `data_source_${dataSourceId}`;
}

function callerOfRun(run: RunRow): Caller {
  const actor = { type: run.actor_type, id: run.actor_id } as Actor; // `startRun` wrote the actor
  return { organizationId: run.organization_id, actor, role: 'editor', mode: modeOf(run.mode) };
}

async function countResults(
  trx: Transaction<DB>,
  run: RunRow,
  results: readonly RowResult[],
  errors: string | null,
): Promise<RunRow> {
  const count = (outcome: RowResult['outcome']) =>
    BigInt(results.filter((result) => result.outcome === outcome).length);
  return trx
    .updateTable('data_source_runs')
    .set((eb) => ({
      rows_created: eb('rows_created', '+', count('created')),
      rows_updated: eb('rows_updated', '+', count('updated')),
      rows_unchanged: eb('rows_unchanged', '+', count('unchanged')),
      rows_skipped: eb('rows_skipped', '+', count('skipped')),
      rows_failed: eb('rows_failed', '+', count('failed')),
      errors,
    }))
    .where('id', '=', run.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Notes the records that the run has seen. At the end of the run, all other records no longer have a row. */
async function noteRecords(trx: Transaction<DB>, run: RunRow, results: readonly RowResult[]): Promise<void> {
  const ids = [...new Set(results.flatMap(({ recordId }) => recordId ?? []))];
  if (ids.length === 0) return;
  await sql`
    insert into source_records (organization_id, data_source_id, record_id, run_id)
    select ${run.organization_id}, ${run.data_source_id}, id, ${run.id} from unnest(${ids}::uuid[]) as id
    on conflict (organization_id, data_source_id, record_id) do update set run_id = excluded.run_id`.execute(trx);
}
