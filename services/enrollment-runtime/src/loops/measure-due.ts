import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { isLaneSuspended } from '../lanes/lane.ts';
import { measurePostponements } from '../postponements/index.ts';

const everyMs = 5_000;

/**
 * Measures the age of the oldest due lane, the waits for events, and postponed work. These measurements show work that
 * nobody has claimed, which durations of steps do not show.
 */
export function startMeasureDue(ctx: Context): Loop {
  return startLoop({
    name: 'measure due runs',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const { rows } = await sql<{ age: number }>`
        select greatest(0, extract(epoch from ${ctx.dbNow} - wake_at))::float8 as age from lanes
        where running and not ${isLaneSuspended} and wake_at is not null order by wake_at limit 1`.execute(
        ctx.db.kysely,
      );
      ctx.metrics.oldestDueRun(rows[0]?.age ?? 0);
      await measureEvents(ctx);
      await measurePostponements(ctx);
      return everyMs;
    },
  });
}

/**
 * Measures how many waits for events are stored, and the age of the oldest event that further transactions must
 * continue. The number of waits comes from the last analysis of the table, because counting the rows would read the
 * whole table.
 */
async function measureEvents({ db, dbNow, metrics }: Context): Promise<void> {
  const { rows } = await sql<{ waits: number; age: number }>`
    select greatest(0, (select reltuples from pg_class where oid = 'waits'::regclass))::float8 as waits,
      coalesce((
        select greatest(0, extract(epoch from ${dbNow} - accepted_at)) from spreading_events order by accepted_at limit 1
      ), 0)::float8 as age`.execute(db.kysely);
  metrics.eventWaits(rows[0]?.waits ?? 0);
  metrics.oldestSpreading(rows[0]?.age ?? 0);
}
