import { type Loop, startLoop } from '@drippulse/loops';
import { expireApprovals, nextExpiryMs } from '../approvals/index.ts';
import type { Context } from '../context.ts';

/** Delay before the next look when a due approval was locked, because it is being decided. */
const lockedMs = 100;

/** Expires approvals that nobody decided, and sleeps until the next one is due. */
export function startExpireApprovals(ctx: Context): Loop {
  return startLoop({
    name: 'expire approvals',
    log: ctx.log,
    async run() {
      const dueMs = await nextExpiryMs(ctx);
      if (dueMs !== 0) return dueMs;
      return (await expireApprovals(ctx)) ? 0 : lockedMs;
    },
  });
}
