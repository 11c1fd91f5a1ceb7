import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { forgetReports } from '../reactions/index.ts';

const everyMs = 3_600_000;

/** Deletes the ids of old reports of mail servers, in slices. */
export function startForgetReports(ctx: Context): Loop {
  return startLoop({
    name: 'forget reports',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      while (!signal.aborted && (await forgetReports(ctx)) > 0);
      return undefined;
    },
  });
}
