import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { checkDomain, nextCheckMs } from '../notices/index.ts';

const maxIdleMs = 600_000;

/** Looks up the records of verified sending domains, each once a day. */
export function startCheckDomains(ctx: Context): Loop {
  return startLoop({
    name: 'check sending domains',
    log: ctx.log,
    maxIdleMs,
    async run() {
      if (await checkDomain(ctx)) return 0;
      return nextCheckMs(ctx);
    },
  });
}
