import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import { forgetApprovals } from '../approvals/index.ts';
import type { Context } from '../context.ts';

const everyMs = 30_000;
/** The highest number of pending approvals that is counted, which bounds the cost of counting. */
const countedAtMost = 100_000;

/** Measures the pending approvals, and deletes those that ended long ago. */
export function startWatchApprovals(ctx: Context): Loop {
  return startLoop({
    name: 'watch approvals',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const { rows } = await sql<{ waiting: number; age: number | null }>`
        select count(*)::int as waiting, extract(epoch from ${ctx.dbNow} - min(created_at))::float8 as age
        from (
          select created_at from approvals where status = 'pending' and mode = 'live'
          order by expires_at limit ${countedAtMost}
        ) as counted`.execute(ctx.db.kysely);
      ctx.metrics.approvalsWaiting(rows[0]?.waiting ?? 0, rows[0]?.age ?? 0);
      return (await forgetApprovals(ctx)) ? 0 : everyMs;
    },
  });
}
