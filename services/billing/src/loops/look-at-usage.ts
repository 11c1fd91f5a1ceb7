import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { lookAtUsage } from '../metering/look-at-usage.ts';

const everyMs = 10_000;

/** Charges use beyond the plan for organizations that have set a spend cap. */
export function startLookAtUsage(ctx: Context): Loop {
  return startLoop({
    name: 'look at usage',
    log: ctx.log,
    maxIdleMs: everyMs,
    run: async () => ((await lookAtUsage(ctx)) ? 0 : everyMs),
  });
}
