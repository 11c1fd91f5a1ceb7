import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { forgetHeld } from '../enrolling/gate/held-entries.ts';
import { forgetRefused } from '../enrolling/gate/refused-entries.ts';
import { forgetWatches } from '../goals/index.ts';
import { forgetPostponements } from '../postponements/index.ts';

const everyMs = 3_600_000;
const forgottenAtOnce = 1_000;

/**
 * Deletes the following rows in slices: old refused and expired entries, watches of goals that cannot be met any more,
 * and postponements of items that no longer exist.
 */
export function startForgetEntries(ctx: Context): Loop {
  return startLoop({
    name: 'forget entries',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      for (const forget of [forgetRefused, forgetHeld, forgetWatches, forgetPostponements])
        while (!signal.aborted && (await forget(ctx, forgottenAtOnce)) === forgottenAtOnce);
      return undefined;
    },
  });
}
