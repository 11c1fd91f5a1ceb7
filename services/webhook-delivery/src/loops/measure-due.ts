import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { nextDueInMs } from '../endpoints/due-lanes.ts';
import { readOverdue } from '../endpoints/overdue.ts';

const everyMs = 5_000;

/**
 * Measures how long the oldest due delivery waits to be claimed, and what of large and of small organizations waits
 * longest whatever holds it up; work that nobody claims shows in no duration.
 */
export function startMeasureDue(ctx: Context): Loop {
  return startLoop({
    name: 'measure due deliveries',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const dueInMs = await nextDueInMs(ctx.db.kysely, []);
      ctx.metrics.oldestDueDelivery(Math.max(0, -(dueInMs ?? 0)) / 1000);
      ctx.metrics.overdueDeliveries(await readOverdue(ctx.db.kysely));
      return everyMs;
    },
  });
}
