import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import { waitIfSuspended } from '@drippulse/service';
import type { Context } from '../context.ts';
import { leaseSeconds } from '../runs/fetch-file.ts';
import { runSlice } from '../runs/run-slice.ts';
import { runJobs } from '../runs/start-run.ts';

/**
 * Number of concurrent slices of a process. There are several, because a customer's source may take minutes to answer.
 */
const lanes = 4;
/**
 * Maximum number of concurrent batches of a slice. If the busy slices together could otherwise write more batches than
 * there are lanes, each slice writes one batch at a time, because the CRM also serves other callers.
 */
const mostAtOnce = 2;
const busyMs = 1_000;

/**
 * Reads sources and writes their rows, one slice at a time. Runs take turns, and each organization has at most one
 * slice under way in a process.
 */
export function startRunSources(ctx: Context): Pick<Loop, 'wake' | 'stop'> {
  const busy = new Set<bigint>();
  const loops = Array.from({ length: lanes }, () =>
    startJobLoop({
      db: ctx.db,
      kind: runJobs,
      log: ctx.log,
      leaseSeconds,
      async slice(job) {
        const { organization_id: organizationId, cursor } = job;
        if (busy.has(organizationId)) {
          return async () => ({ cursor, processed: 0, isFinished: false, waitMs: busyMs });
        }
        busy.add(organizationId);
        try {
          const waiting = await waitIfSuspended(ctx.db, job);
          return waiting ?? (await runSlice(ctx, job, busy.size * mostAtOnce > lanes ? 1 : mostAtOnce));
        } finally {
          busy.delete(organizationId);
        }
      },
      onCommitted: () => ctx.relay.wake(),
    }),
  );
  return {
    wake() {
      for (const loop of loops) loop.wake();
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
