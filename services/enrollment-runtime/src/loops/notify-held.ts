import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { nextHeldMs, notifyHeld } from '../notices/index.ts';

/** Mails admins about contacts that wait for a quota, or have waited too long. */
export function startNotifyHeld(ctx: Context): Loop {
  return startLoop({
    name: 'notify held',
    log: ctx.log,
    async run() {
      // If no mailer is configured, no mails pile up in the outbox, and the pending report stays a single row.
      if (ctx.adapters.mailer === undefined) return undefined;
      const dueMs = await nextHeldMs(ctx);
      if (dueMs !== 0) return dueMs;
      return (await notifyHeld(ctx)) ? 0 : undefined;
    },
  });
}
