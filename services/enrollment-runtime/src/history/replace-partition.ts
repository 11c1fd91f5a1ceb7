import { setTimeout as sleep } from 'node:timers/promises';
import { isInfrastructureError } from '@drippulse/db';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { HistoryTable, RangePartition } from '../db/range-partitions.ts';
import type { DB } from '../db/schema.ts';

/**
 * Whoever runs steps writes into these tables all the time, and waits for a lock that is waited for: this is the longest
 * it does, and the change is tried again later.
 */
const lockMs = 100;
const lockTries = 10;
const lockPauseMs = 500;
/** Enrollments of one transaction. */
const sliceEnrollments = 500;

/**
 * Puts in the place of a partition one with nothing but the enrollments in `ids`, or none where there are none. The
 * runtime goes on meanwhile: it writes into the old partition, whose trigger repeats that in the new one, until both are
 * exchanged in a transaction that only changes the catalog. Whatever ends it in the middle, it can be called again.
 */
export async function replacePartition(
  db: Kysely<DB>,
  table: HistoryTable,
  partition: RangePartition,
  { ids, signal }: { ids: readonly bigint[]; signal: AbortSignal },
): Promise<void> {
  const kept = `${partition.name}_kept`;
  if (ids.length > 0) {
    await inBriefLock(db, (trx) => makeKept(trx, table, partition, kept));
    for (let start = 0; start < ids.length; start += sliceEnrollments) {
      signal.throwIfAborted();
      await copySlice(db, partition.name, kept, ids.slice(start, start + sliceEnrollments));
    }
    await sql`analyze ${sql.id(kept)}`.execute(db);
  }
  await inBriefLock(db, (trx) => exchange(trx, table, partition, ids.length > 0 ? kept : undefined));
  await dropGone(db);
}

/** Drops what was exchanged and is no partition any more. */
export async function dropGone(db: Kysely<DB>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = current_schema::regnamespace and relkind = 'r'
      and relname ~ '^(timeline|effects)_p\\d+_gone$' and not relispartition`.execute(db);
  for (const { name } of rows) await inBriefLock(db, (trx) => sql`drop table ${sql.id(name)}`.execute(trx));
}

/** Between two tries those who waited for it get their turn. */
async function inBriefLock(db: Kysely<DB>, change: (trx: Transaction<DB>) => Promise<unknown>): Promise<void> {
  for (let left = lockTries; ; left -= 1) {
    try {
      return await db.transaction().execute(async (trx) => {
        await sql`select set_config('lock_timeout', ${String(lockMs)}, true)`.execute(trx);
        await change(trx);
      });
    } catch (error) {
      if (left <= 1 || !isInfrastructureError(error)) throw error;
      await sleep(lockPauseMs);
    }
  }
}

/** Table and trigger at once: from then on every write is in both. */
async function makeKept(
  trx: Transaction<DB>,
  table: HistoryTable,
  { name, from, to }: RangePartition,
  kept: string,
): Promise<void> {
  const { rows } = await sql<{ exists: boolean }>`select to_regclass(${kept}) is not null as exists`.execute(trx);
  if (rows[0]?.exists) return;
  await sql`
    create table ${sql.id(kept)} (
      like ${sql.id(table)} including all,
      constraint in_range check (enrollment_id >= ${sql.lit(from)} and enrollment_id < ${sql.lit(to)})
    )`.execute(trx);
  await sql`
    create trigger keep after insert or update on ${sql.id(name)}
    for each row execute function ${sql.id(`keep_${table}`)}(${sql.lit(kept)})`.execute(trx);
}

/** What the trigger has written already is newer, or the same. */
async function copySlice(db: Kysely<DB>, name: string, kept: string, ids: readonly bigint[]): Promise<void> {
  await inBriefLock(db, (trx) =>
    sql`
      insert into ${sql.id(kept)} select * from ${sql.id(name)} where enrollment_id = any (${ids}::bigint[])
      on conflict do nothing`.execute(trx),
  );
}

async function exchange(
  trx: Transaction<DB>,
  table: HistoryTable,
  { name, from, to }: RangePartition,
  kept: string | undefined,
): Promise<void> {
  await sql`alter table ${sql.id(table)} detach partition ${sql.id(name)}`.execute(trx);
  await sql`alter table ${sql.id(name)} rename to ${sql.id(`${name}_gone`)}`.execute(trx);
  if (kept === undefined) {
    // What an earlier try copied of enrollments that have grown old since.
    await sql`drop table if exists ${sql.id(`${name}_kept`)}`.execute(trx);
    return;
  }
  await sql`
    alter table ${sql.id(table)} attach partition ${sql.id(kept)}
    for values from (${sql.lit(from)}) to (${sql.lit(to)})`.execute(trx);
  await sql`alter table ${sql.id(kept)} drop constraint in_range`.execute(trx);
  await sql`alter table ${sql.id(kept)} rename to ${sql.id(name)}`.execute(trx);
}
