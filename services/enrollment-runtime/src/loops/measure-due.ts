import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

const everyMs = 5_000;

/** Measures the age of the oldest due lane. Work that nobody claims shows in no duration. */
export function startMeasureDue(ctx: Context): Loop {
  return startLoop({
    name: 'measure due runs',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const { rows } = await sql<{ age: number }>`
        select greatest(0, extract(epoch from ${ctx.dbNow} - wake_at))::float8 as age from lanes
        where running and wake_at is not null order by wake_at limit 1`.execute(ctx.db.kysely);
      ctx.metrics.oldestDueRun(rows[0]?.age ?? 0);
      return everyMs;
    },
  });
}
