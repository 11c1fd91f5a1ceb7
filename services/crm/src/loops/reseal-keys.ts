import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { resealKeys } from '../erasures/tombstones.ts';

const everyMs = 3_600_000;

/** After `ENCRYPTION_KEYS` rotated the keys of tombstones are sealed anew, so that the old key may go. */
export function startResealKeys(ctx: Context): Loop {
  return startLoop({
    name: 'reseal keys',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      await resealKeys(ctx);
      return undefined;
    },
  });
}
