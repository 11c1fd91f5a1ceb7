import { wakeJobs } from '@drippulse/db';
import type { Consumer } from '@drippulse/events';
import type { Loop } from '@drippulse/loops';
import { startSuspensions } from '@drippulse/service';
import type { Context } from '../context.ts';
import { runJobs } from '../runs/start-run.ts';

/** Tracks which organizations are suspended. The data sources of suspended organizations are not read. */
export function consumeOrganizations(
  ctx: Context,
  { running, scheduling }: Readonly<Record<'running' | 'scheduling', Pick<Loop, 'wake'>>>,
): Promise<Consumer> {
  return startSuspensions(ctx, {
    group: 'integrations',
    onResumed: (trx, organizationId) => wakeJobs(trx, { organizationId, kind: runJobs }),
    onChanged() {
      running.wake();
      scheduling.wake();
    },
  });
}
