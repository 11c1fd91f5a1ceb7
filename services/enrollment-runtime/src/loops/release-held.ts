import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { releaseHeld } from '../enrolling/gate/release-held.ts';

/**
 * Lets contacts enter that wait for a quota, in the order in which they came. A quota frees places over hours, so a
 * delay of a few seconds does not matter.
 */
export function startReleaseHeld(ctx: Context): Loop {
  return startLoop({
    name: 'release held entries',
    log: ctx.log,
    async run() {
      if (!(await releaseHeld(ctx))) return undefined;
      ctx.relay.wake();
      ctx.wake.advance();
      return 0;
    },
  });
}
