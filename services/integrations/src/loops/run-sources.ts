import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import { isSuspended } from '@drippulse/service';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { leaseSeconds } from '../runs/fetch-file.ts';
import { runSlice } from '../runs/run-slice.ts';
import { runJobs } from '../runs/start-run.ts';

/** Number of a process's concurrent slices. More than one, because a customer's source may take minutes to answer. */
const lanes = 4;
/**
 * Limit of a slice's concurrent batches, or one if the busy slices would exceed the lanes. The CRM serves others, too.
 */
const mostAtOnce = 2;
const busyMs = 1_000;
/** Delay until the run of a suspended organization is checked again. */
const suspendedMs = 60_000;

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
          return async () => ({ cursor: cursor ?? 'null', processed: 0, isFinished: false, waitMs: busyMs });
        }
        busy.add(organizationId);
        try {
          if (await isStopped(ctx, organizationId)) {
            return async () => ({ cursor: cursor ?? 'null', processed: 0, isFinished: false, waitMs: suspendedMs });
          }
          return await runSlice(ctx, job, busy.size * mostAtOnce > lanes ? 1 : mostAtOnce);
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

async function isStopped({ db }: Context, organizationId: bigint): Promise<boolean> {
  const { is_stopped } = await db.kysely
    .selectNoFrom(isSuspended(sql`${organizationId}::bigint`).as('is_stopped'))
    .executeTakeFirstOrThrow();
  return is_stopped;
}
