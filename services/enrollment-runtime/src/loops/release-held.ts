import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { releaseHeld } from '../enrolling/gate/release-held.ts';

/**
 * Lets contacts that wait for a quota enter, in the order in which they came. Places in a quota become free over hours,
 * so a delay of a few seconds does not matter.
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
