import { isInfrastructureError, type JobRow, type WriteSlice } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { SourceConfig } from '../sources/config/schemas.ts';
import { openConfig } from '../sources/config/seal-config.ts';
import { SourceFailure } from '../sources/failure.ts';
import { columnsOf, storedMapping } from '../sources/mapping/mapping.ts';
import { archiveMissing } from './archive-missing.ts';
import { fetchFile } from './fetch-file.ts';
import { finishRun } from './finish-run.ts';
import { packProgress, readProgress } from './progress.ts';
import { readRows } from './read-rows.ts';
import type { RunRow } from './rows.ts';
import type { RunPlace } from './run-place.ts';
import { committing, type Ending, ending, over } from './save-slice.ts';
import { readSettings } from './settings.ts';
import { writeBatches } from './write-batches.ts';

const mostTries = 6;
const failuresOfJob = 4;

/**
 * Runs one slice of a run: writes the waiting batches, or reads further rows if no batch is waiting. A batch is
 * committed before it is written. Its key consists of the run's id and the batch number. After a crash, the batch is
 * written again with the same bytes, and the CRM returns its first answer. A slice that writes does not call the
 * source, so a failing source loses no result.
 */
export async function runSlice(ctx: Context, job: JobRow, atOnce: number): Promise<WriteSlice<DB>> {
  const run = await findRunOf(ctx, job);
  if (run === undefined || run.finished_at !== null) return async () => over(job);
  const settings = readSettings(run.settings);
  const progress = readProgress(job.cursor, settings.file_id);
  try {
    if (run.cancel_requested && run.started_at === null)
      return ending(ctx, { job, run, progress }, { status: 'cancelled' });
    const place: RunPlace = {
      job,
      run,
      settings,
      progress,
      mapping: storedMapping(settings.mapping),
      config: open(ctx, run),
      atOnce,
    };
    return await (run.cancel_requested ? cancel(ctx, place) : advance(ctx, place));
  } catch (error) {
    return onFailure(ctx, { job, run, progress }, error);
  }
}

async function findRunOf(ctx: Context, job: JobRow): Promise<RunRow | undefined> {
  const { run_id }: { run_id: string } = JSON.parse(job.input); // `startRun` wrote the input
  return ctx.db.kysely
    .selectFrom('data_source_runs')
    .selectAll()
    .where('organization_id', '=', job.organization_id)
    .where('id', '=', BigInt(run_id))
    .executeTakeFirst();
}

function open(
  ctx: Context,
  { organization_id: organizationId, data_source_id: id, config, data_key }: RunRow,
): SourceConfig {
  if (config === null || data_key === null) throw new Error('a run that goes on has no settings');
  return openConfig(ctx.sealer, { organizationId, id }, { config, data_key });
}

async function advance(ctx: Context, place: RunPlace): Promise<WriteSlice<DB>> {
  const { progress, config, mapping } = place;
  if (mapping.length === 0)
    throw new SourceFailure('not_mapped', 'The data source has no mapping. A preview suggests one.');
  if (config.type === 'csv' && progress.fileId === null)
    return committing(ctx, place, await fetchFile(ctx, place, config));
  const [written, ahead] = await Promise.all([writeBatches(ctx, place), readAhead(ctx, place)]);
  if (written !== undefined) {
    const read = written.isAll ? ahead : undefined;
    return committing(ctx, place, {
      progress: { ...progress, ...read?.progress, tries: 0 },
      done: written.rows,
      async write(trx) {
        await read?.save(trx);
        return written.save(trx);
      },
    });
  }
  if (progress.isRead) return archiveMissing(ctx, place);
  const read = await readRows(ctx, place, columnsOf(mapping));
  return committing(ctx, place, { progress: { ...progress, ...read.progress, tries: 0 }, write: read.save });
}

/**
 * Reads the next page of a stored file while the batches of the previous page are written. Both pages are small. Other
 * sources are not read ahead, because their pages may be large and their requests may fail. If the page is unreadable,
 * returns undefined; the page is read again after the batches are saved, and then refused.
 */
async function readAhead(ctx: Context, place: RunPlace) {
  const { config, progress, mapping } = place;
  if (config.type !== 'csv' || progress.reader === null || progress.isRead) return undefined;
  return readRows(ctx, place, columnsOf(mapping)).catch(() => undefined);
}

/**
 * Cancels a run. The waiting batches are written first and counted, because a process that died or lost its lease may
 * already have written them.
 */
async function cancel(ctx: Context, place: RunPlace): Promise<WriteSlice<DB>> {
  const written = await writeBatches(ctx, place);
  return async (trx) => {
    const run = (await written?.save(trx)) ?? place.run;
    await finishRun(ctx, trx, run, { status: 'cancelled' });
    return over(place.job);
  };
}

/**
 * Retries a transient failure after growing pauses. If the failure is permanent, ends the run with the failure's
 * message. Leaves an error of this service to the job, which logs and retries it. When the job would give up, ends the
 * run too, because a run must not stay open without a job.
 */
function onFailure(ctx: Context, place: Ending, error: unknown): WriteSlice<DB> {
  const { job, progress } = place;
  if (error instanceof SourceFailure) {
    if (error.passing !== undefined && progress.tries + 1 < mostTries)
      return waiting(ctx, place, error.passing.retryAfterMs);
    return ending(ctx, place, { status: 'failed', code: error.code, message: error.message });
  }
  if (error instanceof DomainError && error.kind === 'failed_precondition') {
    return ending(ctx, place, { status: 'failed', code: 'internal_error', message: error.message });
  }
  if (!isInfrastructureError(error) && job.failures + 1 >= failuresOfJob) {
    ctx.log.error({ err: error, job: String(job.id) }, 'a run of a data source failed');
    return ending(ctx, place, {
      status: 'failed',
      code: 'internal_error',
      message: 'The run failed because of an internal error.',
    });
  }
  throw error;
}

function waiting(ctx: Context, { run, progress }: Ending, retryAfterMs: number | undefined): WriteSlice<DB> {
  const backOffMs = 2_000 * 3 ** progress.tries;
  return async (trx) => {
    if (run.started_at === null) {
      await sql`update data_source_runs set started_at = ${ctx.clock.now()}, status = 'running' where id = ${run.id}`.execute(
        trx,
      );
    }
    const cursor = packProgress({ ...progress, tries: progress.tries + 1 });
    return { cursor, processed: 0, isFinished: false, waitMs: Math.max(backOffMs, retryAfterMs ?? 0) };
  };
}
