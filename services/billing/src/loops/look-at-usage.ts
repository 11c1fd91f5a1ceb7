import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { lookAtUsage } from '../metering/look-at-usage.ts';

const everyMs = 10_000;

/** Charges the use of organizations beyond their plans, if they have asked for it. */
export function startLookAtUsage(ctx: Context): Loop {
  return startLoop({
    name: 'look at usage',
    log: ctx.log,
    maxIdleMs: everyMs,
    run: async () => ((await lookAtUsage(ctx)) ? 0 : everyMs),
  });
}
