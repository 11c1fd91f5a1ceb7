import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { reportJobs } from '../reports/ask.ts';
import { leaseSeconds, makeReport } from '../reports/make-report.ts';

/**
 * Maximum number of reports that a process makes at the same time. It is low, so that a queue of reports does not slow
 * down the requests of people.
 */
const lanes = 2;
const busyMs = 1_000;

/** Makes the requested reports. A process makes one report of each organization at a time. */
export function startMakeReports(ctx: Context): Pick<Loop, 'wake' | 'stop'> {
  const busy = new Set<bigint>();
  const loops = Array.from({ length: lanes }, () =>
    startJobLoop({
      db: ctx.db,
      kind: reportJobs,
      log: ctx.log,
      leaseSeconds,
      async slice(job) {
        const { organization_id: organizationId, cursor } = job;
        if (busy.has(organizationId)) {
          return async () => ({ cursor: cursor ?? 'null', processed: 0, isFinished: false, waitMs: busyMs });
        }
        busy.add(organizationId);
        try {
          return await makeReport(ctx, job);
        } finally {
          busy.delete(organizationId);
        }
      },
      onCommitted() {
        ctx.relay.wake();
        ctx.wake.reportMails();
      },
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
