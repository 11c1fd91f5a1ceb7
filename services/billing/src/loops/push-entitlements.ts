import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { pushEntitlements } from '../entitlements/push-entitlements.ts';

/** Pushes entitlements until each service that counts has confirmed them. */
export function startPushEntitlements(ctx: Context): Loop {
  return startLoop({
    name: 'push entitlements',
    log: ctx.log,
    run: async () => ((await pushEntitlements(ctx)) ? 0 : undefined),
  });
}
