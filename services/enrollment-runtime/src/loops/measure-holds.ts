import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { quotaRule } from '../messaging/index.ts';

const everyMs = 30_000;
/**
 * Holds that are overdue for longer than this are not measured. They belong to enrollments that ended, or to paused
 * workflows.
 */
const overdue = sql`interval '10 minutes'`;

/**
 * Measures the age of the oldest send that rules hold back, and of the oldest contact that waits to enter. Sends that
 * wait for a quota are left out, because they may wait for a month. Only this measurement reveals a rule or quota that
 * lets nothing pass.
 */
export function startMeasureHolds(ctx: Context): Loop {
  return startLoop({
    name: 'measure holds',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const { rows } = await sql<{ age: number }>`
        select greatest(0, extract(epoch from ${ctx.dbNow} - planned_at))::float8 as age from sends
        where status = 'held' and rule is distinct from ${quotaRule} and due_at > ${ctx.dbNow} - ${overdue}
        order by planned_at limit 1`.execute(ctx.db.kysely);
      ctx.metrics.oldestHeldSend(rows[0]?.age ?? 0);
      ctx.metrics.oldestHeldEntry(await oldestHeldEntry(ctx));
      for (const { reason, count } of await countSuppressed(ctx)) ctx.metrics.suppressedOfDay(reason, count);
      return everyMs;
    },
  });
}

/** Returns the age of the oldest held entry. Ids rise with time, so the oldest entry has the lowest id. */
async function oldestHeldEntry({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>): Promise<number> {
  const { rows } = await sql<{ age: number }>`
    select greatest(0, extract(epoch from ${dbNow} - held_at))::float8 as age from held_entries where status = 'waiting' order by id limit 1`.execute(
    db.kysely,
  );
  return rows[0]?.age ?? 0;
}

/**
 * Counts the live suppressions of the last day by reason, because large receivers judge senders by bounces and
 * complaints.
 */
async function countSuppressed({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>) {
  const { rows } = await sql<{ reason: string; count: number }>`
    select reason, count(recent.id)::int as count
    from unnest(array['unsubscribe', 'bounce', 'complaint', 'manual']) as reason
    left join (
      select id, reason from suppressions where mode = 'live' and created_at > ${dbNow} - interval '1 day'
    ) as recent using (reason)
    group by reason`.execute(db.kysely);
  return rows;
}
