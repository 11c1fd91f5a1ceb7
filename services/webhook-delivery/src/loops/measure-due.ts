import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { readOverdue } from '../lanes/overdue.ts';
import { nextDueInMs } from '../sending/due-lanes.ts';

const everyMs = 5_000;

/**
 * Measures how long the oldest due lane has waited to be claimed, and the age of the oldest due delivery, separately
 * for large and for small organizations. These measurements show work that nobody claims; the measured durations of
 * attempts do not show it.
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
