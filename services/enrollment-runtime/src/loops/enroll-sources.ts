import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { enrollSourcePage } from '../schedules/enroll-source-page.ts';
import { sourceJobs } from '../schedules/source-job.ts';

/** Duration of a lease, which is longer than the CRM takes to return a page. */
const leaseSeconds = 30;

/** Enrolls the records that the sources of schedules select, page by page. */
export function startEnrollSources(ctx: Context): Loop {
  return startJobLoop({
    db: ctx.db,
    kind: sourceJobs,
    log: ctx.log,
    leaseSeconds,
    slice: (job) => enrollSourcePage(ctx, job),
    onCommitted() {
      ctx.relay.wake();
      ctx.wake.advance();
    },
  });
}
