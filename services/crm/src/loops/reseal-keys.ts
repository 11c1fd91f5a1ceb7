import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { resealKeys } from '../erasures/tombstones.ts';
import { resealInboundSecrets } from '../inbound-secrets/reseal-secrets.ts';

const everyMs = 3_600_000;

/**
 * Reseals the keys of tombstones and the secrets of senders after a rotation of `ENCRYPTION_KEYS`, so that the old key
 * can be removed.
 */
export function startResealKeys(ctx: Context): Loop {
  return startLoop({
    name: 'reseal keys',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      await resealKeys(ctx);
      await resealInboundSecrets(ctx);
      return undefined;
    },
  });
}
