import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { nextHeldMs, notifyHeld } from '../notices/index.ts';

/** Mails admins about contacts that wait for a quota, or have waited too long. */
export function startNotifyHeld(ctx: Context): Loop {
  return startLoop({
    name: 'notify held',
    log: ctx.log,
    async run() {
      // If no mailer is configured, nothing piles up in the outbox; the pending report stays one row.
      if (ctx.adapters.mailer === undefined) return undefined;
      const dueMs = await nextHeldMs(ctx);
      if (dueMs !== 0) return dueMs;
      return (await notifyHeld(ctx)) ? 0 : undefined;
    },
  });
}
