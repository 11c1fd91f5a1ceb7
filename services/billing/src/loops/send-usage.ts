import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { measureUnsent, sendHour } from '../metering/send-hour.ts';

const everyMs = 10_000;

/** Sends the totals of past hours to Stripe's meters. */
export function startSendUsage(ctx: Context): Loop {
  return startLoop({
    name: 'send usage',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      if (await sendHour(ctx)) return 0;
      await measureUnsent(ctx);
      return everyMs;
    },
  });
}
