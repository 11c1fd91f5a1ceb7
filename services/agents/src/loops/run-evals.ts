import { startJobLoop } from '@drippulse/db';
import { type Loop, startLoop } from '@drippulse/loops';
import { waitIfSuspended } from '@drippulse/service';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { evalJobs } from '../evals/rows.ts';
import { runSlice } from '../evals/run-slice.ts';

const stopWithinMs = 10_000;
const hourMs = 3_600_000;
const keptDays = 395;

/** Runs eval sets, a few cases at a time. Organizations take turns. */
export function startEvals(ctx: Context): Loop {
  const stopping = new AbortController();
  const running = startJobLoop({
    db: ctx.db,
    kind: evalJobs,
    log: ctx.log,
    leaseSeconds: ctx.config.leaseMs / 1_000,
    slice: async (job) => (await waitIfSuspended(ctx.db, job)) ?? runSlice(ctx, job, stopping.signal),
    onCommitted: () => undefined,
  });
  return {
    wake: () => running.wake(),
    async stop() {
      // Calls under way may finish until this timer ends. The next process repeats unfinished calls.
      const timer = setTimeout(() => stopping.abort(), stopWithinMs);
      await running.stop();
      clearTimeout(timer);
    },
  };
}

/** Deletes runs after the retention of executions. Deletes the windows of failed and cancelled runs earlier. */
export function startForgetEvals(ctx: Context): Loop {
  return startLoop({
    name: 'forget eval runs',
    log: ctx.log,
    maxIdleMs: hourMs,
    async run() {
      await sql`
        delete from jobs where kind = ${evalJobs} and status not in ('queued', 'running')
          and created_at < clock_timestamp() - ${keptDays} * interval '1 day'`.execute(ctx.db.kysely);
      // Completed runs have deleted their windows themselves.
      await sql`
        delete from spend_windows using eval_runs join jobs on jobs.id = eval_runs.id
        where spend_windows.key = 'execution:' || eval_runs.ledger_id and spend_windows.reserved_pico_usd = 0
          and jobs.status in ('failed', 'cancelled') and jobs.finished_at > clock_timestamp() - interval '2 days'`.execute(
        ctx.db.kysely,
      );
      return hourMs;
    },
  });
}
