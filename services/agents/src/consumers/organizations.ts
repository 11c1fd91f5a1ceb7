import { wakeJobs } from '@drippulse/db';
import type { Consumer } from '@drippulse/events';
import { startSuspensions } from '@drippulse/service';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';
import { evalJobs } from '../evals/rows.ts';
import { trainingJobs } from '../trainings/rows.ts';

/** Tracks which organizations are suspended. Their executions, eval runs and trainings wait. */
export function consumeOrganizations(ctx: Context): Promise<Consumer> {
  return startSuspensions(ctx, {
    group: serviceOf('agents'),
    async onResumed(trx, organizationId) {
      for (const kind of [evalJobs, trainingJobs]) await wakeJobs(trx, { organizationId, kind });
    },
    onChanged() {
      ctx.wake.executions();
      ctx.wake.evals();
      ctx.wake.trainings();
    },
  });
}
