import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { eraseSlice } from '../erasures/erase-slice.ts';
import { erasureJobs, formerErasureJobs } from '../erasures/erasure-job.ts';

/** Removes from enrollments what they hold of people whom the CRM erased, slice by slice. */
export function startErasePeople(ctx: Context): Loop[] {
  return [erasureJobs, formerErasureJobs].map((kind) =>
    startJobLoop({
      db: ctx.db,
      kind,
      log: ctx.log,
      slice: (job) => eraseSlice(ctx, job),
      onCommitted: () => ctx.relay.wake(),
    }),
  );
}
