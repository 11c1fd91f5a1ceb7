import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { createRangePartitions } from '../db/range-partitions.ts';

const everyMs = 60_000;
const partitionsLock = 4_811_239;

/** Makes the partitions of timeline and effects ahead of the enrollment ids. */
export function startMakePartitions(ctx: Context): Loop {
  return startLoop({
    name: 'make partitions',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      await ctx.db.kysely.transaction().execute(async (trx) => {
        const { rows } = await sql<{ id: bigint; locked: boolean }>`
          select last_value as id, pg_try_advisory_xact_lock(${partitionsLock}) as locked
          from enrollments_id_seq`.execute(trx);
        const [row] = rows;
        if (row === undefined || !row.locked) return;
        // Runs that write to the tables queue behind this lock request, so the request waits only briefly. There is
        // time to try again, because two partitions exist in advance.
        await sql`select set_config('lock_timeout', '100', true)`.execute(trx);
        for (const table of ['timeline', 'effects'] as const) await createRangePartitions(trx, table, row.id);
      });
      return everyMs;
    },
  });
}
