import type { Consumer } from '@drippulse/events';
import { startSuspensions } from '@drippulse/service';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';

/** Tracks which organizations are suspended. The report schedules of suspended organizations are paused. */
export function consumeOrganizations(ctx: Context): Promise<Consumer> {
  return startSuspensions(ctx, { group: serviceOf('analytics'), onChanged: () => ctx.wake.schedules() });
}
