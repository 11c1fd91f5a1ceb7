import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

/**
 * Finds the enrollments of a range whose timeline and effects must stay: enrollments that have not ended, and
 * enrollments that ended or were removed less than `historyDays` ago. Returns undefined when there are more than
 * `most`. The query is one statement and thus sees one snapshot, so it finds an enrollment that ends in the meantime
 * either in `runs` or in `outcomes`. `runs` is scanned, because an index by id would be written at every step of every
 * run. The query uses no parallel workers, because they would take the cores that steps need. See `retention` in the
 * notes of the benches.
 */
export async function findKept(
  ctx: Context,
  db: Kysely<DB>,
  { from, to, most }: { from: bigint; to: bigint; most: number },
): Promise<bigint[] | undefined> {
  const rows = await db.transaction().execute(async (trx) => {
    await sql`set local max_parallel_workers_per_gather = 0`.execute(trx);
    const found = await sql<{ enrollment_id: bigint }>`
      select enrollment_id from runs where enrollment_id >= ${from} and enrollment_id < ${to}
      union all
      select enrollment_id from outcomes
      where enrollment_id >= ${from} and enrollment_id < ${to} and ended_at > ${keptSince(ctx)}
      union all
      select enrollment_id from removals
      where enrollment_id >= ${from} and enrollment_id < ${to} and removed_at > ${keptSince(ctx)}
      limit ${most + 1}`.execute(trx);
    return found.rows;
  });
  if (rows.length > most) return undefined;
  return rows.map((row) => row.enrollment_id).sort((a, b) => (a < b ? -1 : 1));
}

/** Returns the time before which an enrollment must have ended to be pruned. */
export function keptSince({ config, dbNow }: Context): RawBuilder<Date> {
  return sql`${dbNow} - make_interval(days => ${config.historyDays}::int)`;
}
