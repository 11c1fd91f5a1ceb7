import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { takeStep } from '../dunning/take-step.ts';

const everyMs = 30_000;

/** Sends reminders of failed payments, and holds new enrollments when the grace period is over. */
export function startDun(ctx: Context): Loop {
  return startLoop({
    name: 'dun',
    log: ctx.log,
    maxIdleMs: everyMs,
    run: async () => ((await takeStep(ctx)) ? 0 : everyMs),
  });
}
