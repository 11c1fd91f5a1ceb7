import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import { fullPartitions, type RangePartition } from '../db/range-partitions.ts';
import type { DB } from '../db/schema.ts';
import { createDutyCycle, type DutyCycle } from './duty-cycle.ts';
import { findKept, keptSince } from './kept.ts';
import { copyKept, dropGone, exchange, startKeeping, stopKeeping } from './replace-partition.ts';

/** Maximum number of enrollments that may stay. A partition with more such enrollments is not replaced. */
const mostKept = 100_000;
/** A partition is replaced only when nine tenths of its rows can go, so that rows are copied rarely, not every day. */
const worthTimes = 10;
const sliceEnrollments = 1_000;

/**
 * Removes from timeline and effects the rows of enrollments that ended more than `historyDays` ago. It replaces one
 * partition at a time by a table with the remaining rows. Only one process at a time prunes, on one connection, in
 * small steps with long rests. It may be stopped at any point.
 */
export async function pruneHistory(ctx: Context, db: Kysely<DB>, signal: AbortSignal): Promise<void> {
  const rested = createDutyCycle(signal);
  await dropGone(db, rested);
  for (const partition of await fullPartitions(db, 'timeline')) await prunePartition(ctx, db, partition, rested);
  const pruneBehind = (id: bigint) => rested(() => pruneDefault(ctx, db, id));
  for (let last = await pruneBehind(0n); last !== null; last = await pruneBehind(last));
}

async function prunePartition(
  ctx: Context,
  db: Kysely<DB>,
  partition: RangePartition,
  rested: DutyCycle,
): Promise<void> {
  const { name, from, to } = partition;
  // The timeline is replaced last, because its partitions decide whether there is work. A replacement that was stopped
  // is therefore continued by a later call.
  const effects = (await fullPartitions(db, 'effects')).find((other) => other.from === from && other.to === to);
  const replaced = [
    ...(effects === undefined ? [] : [{ table: 'effects' as const, partition: effects }]),
    { table: 'timeline' as const, partition },
  ];
  const look = () => rested(() => findKept(ctx, db, { from, to, most: mostKept }));
  const found = await look();
  if (found === undefined || !(await isWorthIt(db, partition, { kept: found, rested }))) {
    for (const each of replaced) await stopKeeping(db, each);
    return;
  }
  for (const each of replaced) await rested(() => startKeeping(db, each));
  // Looks for rows to keep a second time: a retried run may have written after the first look and before the triggers
  // were created. From then on, the triggers keep the rows of a run as soon as it writes.
  const kept = await look();
  if (kept === undefined) return;
  for (const each of replaced) await copyKept(db, each, { ids: kept, rested });
  for (const each of replaced) {
    await rested(() => exchange(db, each));
    await dropGone(db, rested);
  }
  ctx.log.info({ partition: name, kept: kept.length }, 'history of ended enrollments pruned');
}

async function isWorthIt(
  db: Kysely<DB>,
  partition: RangePartition,
  { kept, rested }: { kept: readonly bigint[]; rested: DutyCycle },
): Promise<boolean> {
  if (kept.length === 0) return true;
  const { rows } = await rested(() =>
    sql<{ rows: number }>`
      select count(*)::float8 as rows from ${sql.id(partition.name)}
      where enrollment_id = any (${kept}::bigint[])`.execute(db),
  );
  return (rows[0]?.rows ?? 0) * worthTimes <= (await rowsOf(db, partition, rested));
}

/**
 * Returns the number of rows according to the last vacuum or analyze. If the partition was never vacuumed or analyzed,
 * analyzes it first.
 */
async function rowsOf(db: Kysely<DB>, { name, rows }: RangePartition, rested: DutyCycle): Promise<number> {
  if (rows >= 0) return rows;
  await rested(() => sql`analyze ${sql.id(name)}`.execute(db));
  const { rows: counted } = await sql<{ rows: number }>`
    select reltuples::float8 as rows from pg_class where oid = ${name}::regclass`.execute(db);
  return counted[0]?.rows ?? 0;
}

/**
 * Deletes the lines of enrollments that were retried after their partition had been pruned, if the retried enrollments
 * also ended long ago. Visits a few enrollments after an id, in order, because many may have to stay. Returns the last
 * visited id, or null when there are no more enrollments.
 */
async function pruneDefault(ctx: Context, db: Kysely<DB>, after: bigint): Promise<bigint | null> {
  const { rows } = await sql<{ last: bigint | null }>`
    with old as materialized (
      select enrollment_id from timeline_default where enrollment_id > ${after}
      group by enrollment_id having max(at) < ${keptSince(ctx)}
      order by enrollment_id limit ${sliceEnrollments}
    ), gone as materialized (
      select enrollment_id from old
      where not exists (select from runs where runs.enrollment_id = old.enrollment_id)
        and not exists (
          select from outcomes where outcomes.enrollment_id = old.enrollment_id and ended_at > ${keptSince(ctx)})
    ), effects as (
      delete from effects_default using gone where effects_default.enrollment_id = gone.enrollment_id
    ), timeline as (
      delete from timeline_default using gone where timeline_default.enrollment_id = gone.enrollment_id
    )
    select max(enrollment_id) as last from old`.execute(db);
  return rows[0]?.last ?? null;
}
