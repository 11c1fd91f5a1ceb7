import { setTimeout as sleep } from 'node:timers/promises';
import { isInfrastructureError } from '@drippulse/db';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { HistoryTable, RangePartition } from '../db/range-partitions.ts';
import type { DB } from '../db/schema.ts';
import type { DutyCycle } from './duty-cycle.ts';

/**
 * Runs write to these tables all the time, and their writes queue behind a waiting lock request. The first try waits
 * only briefly for its lock, which is usually enough. Each further try waits twice as long.
 */
const firstLockMs = 5;
const mostLockMs = 100;
const lockTries = 12;
const lockPauseMs = 500;
/** Maximum number of enrollments in one transaction. */
const sliceEnrollments = 100;

/** A partition to be replaced by a table with the enrollments that stay, or to be dropped when no enrollment stays. */
type Replaced = { table: HistoryTable; partition: RangePartition };

/**
 * Makes the table for the rows that stay. Runs continue to write to the partition, and a trigger repeats their writes
 * in the new table until the two are exchanged. Every step in this file can be repeated if it stopped halfway.
 */
export async function startKeeping(db: Kysely<DB>, { table, partition }: Replaced): Promise<void> {
  const { name, from, to } = partition;
  const kept = keptOf(partition);
  await inBriefLock(db, async (trx) => {
    if (await exists(trx, kept)) return;
    // Table and trigger are made in one transaction: from its commit on, every write is in both tables.
    await sql`
      create table ${sql.id(kept)} (
        like ${sql.id(table)} including all,
        constraint in_range check (enrollment_id >= ${sql.lit(from)} and enrollment_id < ${sql.lit(to)})
      )`.execute(trx);
    await sql`
      create trigger keep after insert or update on ${sql.id(name)}
      for each row execute function ${sql.id(`keep_${table}`)}(${sql.lit(kept)})`.execute(trx);
  });
}

/** Undoes the work of an earlier try if the partition no longer needs to be replaced. */
export async function stopKeeping(db: Kysely<DB>, { partition }: Replaced): Promise<void> {
  const kept = keptOf(partition);
  if (!(await exists(db, kept))) return;
  await inBriefLock(db, async (trx) => {
    await sql`drop trigger keep on ${sql.id(partition.name)}`.execute(trx);
    await sql`drop table ${sql.id(kept)}`.execute(trx);
  });
}

/** Copies enrollments. Rows that the trigger has written are newer or equal, so they stay. */
export async function copyKept(
  db: Kysely<DB>,
  { partition }: Replaced,
  { ids, rested }: { ids: readonly bigint[]; rested: DutyCycle },
): Promise<void> {
  const kept = keptOf(partition);
  for (let start = 0; start < ids.length; start += sliceEnrollments) {
    const slice = ids.slice(start, start + sliceEnrollments);
    await rested(() =>
      inBriefLock(db, (trx) =>
        sql`
          insert into ${sql.id(kept)} select * from ${sql.id(partition.name)}
          where enrollment_id = any (${slice}::bigint[])
          on conflict do nothing`.execute(trx),
      ),
    );
  }
  await rested(() => sql`analyze ${sql.id(kept)}`.execute(db));
}

/**
 * Exchanges the partition and the new table, in a transaction that changes only the catalog. A partition cannot be
 * detached concurrently when the table has a default partition.
 */
export async function exchange(db: Kysely<DB>, { table, partition }: Replaced): Promise<void> {
  const { name, from, to } = partition;
  const kept = keptOf(partition);
  await inBriefLock(db, async (trx) => {
    await sql`alter table ${sql.id(table)} detach partition ${sql.id(name)}`.execute(trx);
    await sql`alter table ${sql.id(name)} rename to ${sql.id(goneOf(partition))}`.execute(trx);
    const { rows } = await sql`select from ${sql.id(kept)} limit 1`.execute(trx);
    if (rows.length === 0) {
      await sql`drop table ${sql.id(kept)}`.execute(trx);
      return;
    }
    await sql`
      alter table ${sql.id(table)} attach partition ${sql.id(kept)}
      for values from (${sql.lit(from)}) to (${sql.lit(to)})`.execute(trx);
    await sql`alter table ${sql.id(kept)} drop constraint in_range`.execute(trx);
    await sql`alter table ${sql.id(kept)} rename to ${sql.id(name)}`.execute(trx);
  });
}

/**
 * Drops replaced tables. The index is dropped in a separate step, because removing a large file takes the server a
 * while and each step is followed by a rest.
 */
export async function dropGone(db: Kysely<DB>, rested: DutyCycle): Promise<void> {
  const { rows } = await sql<{ name: string; key: string | null }>`
    select relname as name, conname as key
    from pg_class left join pg_constraint on conrelid = pg_class.oid and contype = 'p'
    where relnamespace = current_schema::regnamespace and relkind = 'r'
      and relname ~ '^(timeline|effects)_p\\d+_gone$' and not relispartition`.execute(db);
  for (const { name, key } of rows) {
    const table = sql.id(name);
    if (key !== null) {
      await rested(() =>
        inBriefLock(db, (trx) => sql`alter table ${table} drop constraint ${sql.id(key)}`.execute(trx)),
      );
    }
    await rested(() => inBriefLock(db, (trx) => sql`drop table ${table}`.execute(trx)));
  }
}

/**
 * Runs a change with a short lock timeout and retries it. Between two tries the waiting writers get their turn. The
 * commit does not wait for the disk, because the change is repeated if a crash undoes it.
 */
async function inBriefLock(db: Kysely<DB>, change: (trx: Transaction<DB>) => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await db.transaction().execute(async (trx) => {
        const lockMs = Math.min(firstLockMs * 2 ** tries, mostLockMs);
        await sql`select set_config('lock_timeout', ${String(lockMs)}, true), set_config('synchronous_commit', 'off', true)`.execute(
          trx,
        );
        await change(trx);
      });
    } catch (error) {
      if (tries + 1 >= lockTries || !isInfrastructureError(error)) throw error;
      await sleep(lockPauseMs);
    }
  }
}

async function exists(db: Kysely<DB>, name: string): Promise<boolean> {
  const { rows } = await sql<{ exists: boolean }>`select to_regclass(${name}) is not null as exists`.execute(db);
  return rows[0]?.exists === true;
}

function keptOf({ name }: RangePartition): string {
  return `${name}_kept`;
}

function goneOf({ name }: RangePartition): string {
  return `${name}_gone`;
}
