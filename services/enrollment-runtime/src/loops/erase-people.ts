import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { eraseSlice } from '../erasures/erase-slice.ts';
import { erasureJobs } from '../erasures/erasure-job.ts';

/** Removes from enrollments the personal data of people whom the CRM erased, slice by slice. */
export function startErasePeople(ctx: Context): Loop {
  return startJobLoop({
    db: ctx.db,
    kind: erasureJobs,
    log: ctx.log,
    slice: (job) => eraseSlice(ctx, job),
    onCommitted: () => ctx.relay.wake(),
  });
}
