import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { nextNotifyMs, notifyApprovals } from '../notices/index.ts';

/** Delay before the next try when another process is already handling the due organization. */
const takenMs = 100;

/** Mails members about approvals that wait for them. */
export function startNotifyApprovals(ctx: Context): Loop {
  return startLoop({
    name: 'notify approvals',
    log: ctx.log,
    async run() {
      // If no mailer is configured, nobody is notified, and nothing piles up in the outbox.
      if (ctx.adapters.mailer === undefined) return undefined;
      const dueMs = await nextNotifyMs(ctx);
      if (dueMs !== 0) return dueMs;
      return (await notifyApprovals(ctx)) ? 0 : takenMs;
    },
  });
}
