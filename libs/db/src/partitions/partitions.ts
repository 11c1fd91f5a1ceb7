import { type Kysely, sql } from 'kysely';
import { codeOf } from '../failures/failures.ts';
import { checkIdentifier } from '../identifiers.ts';

/**
 * A table that is partitioned by the day (default) or the month (UTC) of a `timestamptz` column, and the hours for
 * which its rows are kept. Months suit rows that are kept for long and read over the whole period, because such a read
 * visits every partition.
 */
export type Partitioning = { table: string; column: string; keepHours: number; by?: Period };

type Period = 'day' | 'month';

const dayMs = 86_400_000;
/** Number of periods made ahead of the current one. */
const ahead = { day: 3, month: 1 };
const deleteSlice = 5_000;
/**
 * Creating or dropping a partition locks the whole table for a moment, so the statement gives up fast rather than delay
 * the table's traffic.
 */
const lockTimeout = '500ms';

/**
 * Creates the default partition and the partitions of the first periods: the day of `now` (UTC) and the next three
 * days, or the month of `now` and the next month. For migrations; `maintainPartitions` creates later partitions.
 */
export async function createPartitions<DB>(
  db: Kysely<DB>,
  table: string,
  now: Date,
  by: Period = 'day',
): Promise<void> {
  await sql`create table if not exists ${sql.id(`${table}_default`)} partition of ${sql.id(table)} default`.execute(db);
  for (const start of starts(now, by)) await createPartition(db, table, start, by);
}

/**
 * Creates the partitions of the next periods, drops the partitions that ended more than `keepHours` ago, and deletes
 * equally old rows of the default partition, all in short transactions. If several processes call it, only one creates
 * or drops a partition. Returns the names that it created and dropped.
 */
export async function maintainPartitions<DB>(
  db: Kysely<DB>,
  partitioning: Partitioning,
  now: Date,
): Promise<{ created: string[]; dropped: string[] }> {
  const { table, column, keepHours, by = 'day' } = partitioning;
  const expired = new Date(now.getTime() - keepHours * 3_600_000);
  const existing = await partitionsOf(db, table);
  const created: string[] = [];
  const dropped: string[] = [];
  for (const start of starts(now, by)) {
    const name = partitionName(table, start, by);
    if (!existing.includes(name) && (await locked(db, table, (trx) => addPartition(trx, table, start, by))))
      created.push(name);
  }
  for (const name of existing) {
    const end = endOf(table, name);
    if (end === undefined || end > expired) continue;
    if (await locked(db, table, (trx) => dropPartition(trx, name))) dropped.push(name);
  }
  await emptyDefault(db, `${table}_default`, column, expired);
  return { created, dropped };
}

async function addPartition<DB>(trx: Kysely<DB>, table: string, start: Date, by: Period): Promise<boolean> {
  if ((await partitionsOf(trx, table)).includes(partitionName(table, start, by))) return false;
  // If this partition was not created in time, the default partition may already have rows of this period. They stay
  // there.
  await sql`savepoint before_partition`.execute(trx);
  try {
    await createPartition(trx, table, start, by);
    return true;
  } catch (error) {
    if (codeOf(error) !== '23514') throw error;
    await sql`rollback to savepoint before_partition`.execute(trx);
    return false;
  }
}

async function createPartition<DB>(db: Kysely<DB>, table: string, start: Date, by: Period): Promise<void> {
  const from = sql.lit(start.toISOString());
  const to = sql.lit(next(start, by).toISOString());
  const name = sql.id(partitionName(table, start, by));
  await sql`create table if not exists ${name} partition of ${sql.id(table)} for values from (${from}) to (${to})`.execute(
    db,
  );
}

async function dropPartition<DB>(trx: Kysely<DB>, name: string): Promise<boolean> {
  await sql`drop table if exists ${sql.id(name)}`.execute(trx);
  return true;
}

/** Deletes the rows of a default partition in slices, so that no transaction grows with the number of rows. */
async function emptyDefault<DB>(db: Kysely<DB>, name: string, column: string, before: Date): Promise<void> {
  const id = sql.id(name);
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${id} where ctid = any (array(
        select ctid from ${id} where ${sql.id(column)} < ${before} limit ${sql.lit(deleteSlice)}))`.execute(db);
    if (numAffectedRows < BigInt(deleteSlice)) return;
  }
}

/** Runs one change under the table's maintenance lock. Returns false when another process has the lock. */
async function locked<DB>(
  db: Kysely<DB>,
  table: string,
  change: (trx: Kysely<DB>) => Promise<boolean>,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`set local lock_timeout = ${sql.lit(lockTimeout)}`.execute(trx);
    const { rows } = await sql<{ locked: boolean }>`
      select pg_try_advisory_xact_lock(hashtext(current_schema() || '.partitions.' || ${table})) as locked`.execute(
      trx,
    );
    return rows[0]?.locked === true && (await change(trx));
  });
}

async function partitionsOf<DB>(db: Kysely<DB>, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select child.relname as name
    from pg_inherits
    join pg_class child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = ${checkIdentifier(table)}::regclass
    order by 1`.execute(db);
  return rows.map((row) => row.name);
}

/** Returns the start of the current period, and the starts of the periods whose partitions are created ahead. */
function starts(now: Date, by: Period): Date[] {
  const made = [startOf(now, by)];
  while (made.length <= ahead[by]) made.push(next(made.at(-1) ?? now, by));
  return made;
}

function startOf(at: Date, by: Period): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), by === 'day' ? at.getUTCDate() : 1));
}

function next(start: Date, by: Period): Date {
  if (by === 'day') return new Date(start.getTime() + dayMs);
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1));
}

/** Names a partition: `facts_p20260301` for a day, `facts_p202603` for a month. */
function partitionName(table: string, start: Date, by: Period): string {
  const digits = start.toISOString().slice(0, 10).replaceAll('-', '');
  return checkIdentifier(`${table}_p${by === 'day' ? digits : digits.slice(0, 6)}`);
}

/** Returns the end of a partition, from its name; undefined for the default partition. */
function endOf(table: string, name: string): Date | undefined {
  const digits = name.startsWith(`${table}_p`) ? /^(\d{4})(\d{2})(\d{2})?$/.exec(name.slice(table.length + 2)) : null;
  if (digits === null) return undefined;
  const [, year, month, day] = digits;
  const start = new Date(`${year}-${month}-${day ?? '01'}T00:00:00Z`);
  return next(start, day === undefined ? 'month' : 'day');
}
