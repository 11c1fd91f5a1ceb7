import type { JobRow, JobSlice, WriteSlice } from '@drippulse/db';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { finishRun } from './finish-run.ts';
import { packProgress } from './progress.ts';
import { seenRows } from './rows.ts';
import type { Found, RunPlace } from './run-place.ts';
import { givesUp } from './settings.ts';

/** Returns the write of a slice's result, which includes the status. Ends a run that has too many failures. */
export function committing(ctx: Context, { job, run, settings }: RunPlace, found: Found): WriteSlice<DB> {
  return async (trx) => {
    await ctx.runFault?.('before-commit');
    const current = (await found.write?.(trx)) ?? run;
    const started = run.started_at === null ? { started_at: ctx.clock.now(), status: 'running' } : {};
    if (run.started_at === null) {
      await trx.updateTable('data_source_runs').set(started).where('id', '=', run.id).execute();
    }
    const seen = seenRows(current);
    if (givesUp(settings, { seen, failed: current.rows_failed })) {
      const message = `${current.rows_failed} of ${seen} rows were refused, more than ${settings.abort_if_failed_percent} percent.`;
      await finishRun(ctx, trx, current, { status: 'failed', code: 'too_many_failures', message });
      return over(job);
    }
    return { cursor: packProgress(found.progress), processed: found.done ?? 0, isFinished: false };
  };
}

export type Ending = Pick<RunPlace, 'job' | 'run' | 'progress'>;

export function ending(ctx: Context, { job, run }: Ending, end: Parameters<typeof finishRun>[3]): WriteSlice<DB> {
  return async (trx) => {
    await finishRun(ctx, trx, run, end);
    return over(job);
  };
}

export function over(job: JobRow): JobSlice {
  return { cursor: job.cursor ?? '{}', processed: 0, isFinished: true };
}
