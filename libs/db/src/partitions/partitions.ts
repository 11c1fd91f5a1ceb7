import { type Kysely, sql } from 'kysely';
import { codeOf } from '../failures/failures.ts';
import { checkIdentifier } from '../identifiers.ts';

/** A table that is partitioned by the day of a `timestamptz` column, and the time that its rows are kept. */
export type Partitioning = { table: string; column: string; keepHours: number };

const dayMs = 86_400_000;
const daysAhead = 3;
const deleteSlice = 5_000;
/** Creating or dropping a partition locks the whole table for a moment: give up fast rather than delay its traffic. */
const lockTimeout = '500ms';

/**
 * Creates the partitions of `now`'s day (UTC) and the three days after it, and the default partition for all other
 * rows. For migrations; `maintainPartitions` creates the later ones.
 */
export async function createPartitions<DB>(db: Kysely<DB>, table: string, now: Date): Promise<void> {
  await sql`create table if not exists ${sql.id(`${table}_default`)} partition of ${sql.id(table)} default`.execute(db);
  for (const day of days(now)) await createPartition(db, table, day);
}

/**
 * Creates the partitions of the next days and drops those whose last row is older than `keepHours`, each in a short
 * transaction. Of several processes that call it, one does it. Returns the names that it created and dropped.
 */
export async function maintainPartitions<DB>(
  db: Kysely<DB>,
  partitioning: Partitioning,
  now: Date,
): Promise<{ created: string[]; dropped: string[] }> {
  const { table, column, keepHours } = partitioning;
  const expired = new Date(now.getTime() - keepHours * 3_600_000);
  const existing = await partitionsOf(db, table);
  const created: string[] = [];
  const dropped: string[] = [];
  for (const day of days(now)) {
    const name = partitionName(table, day);
    if (!existing.includes(name) && (await locked(db, table, (trx) => addPartition(trx, table, day))))
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

async function addPartition<DB>(trx: Kysely<DB>, table: string, day: Date): Promise<boolean> {
  if ((await partitionsOf(trx, table)).includes(partitionName(table, day))) return false;
  // If no process created partitions for days, rows of this day may be in the default partition: it then keeps the day.
  await sql`savepoint before_partition`.execute(trx);
  try {
    await createPartition(trx, table, day);
    return true;
  } catch (error) {
    if (codeOf(error) !== '23514') throw error;
    await sql`rollback to savepoint before_partition`.execute(trx);
    return false;
  }
}

async function createPartition<DB>(db: Kysely<DB>, table: string, day: Date): Promise<void> {
  const from = sql.lit(day.toISOString());
  const to = sql.lit(new Date(day.getTime() + dayMs).toISOString());
  const name = sql.id(partitionName(table, day));
  await sql`create table if not exists ${name} partition of ${sql.id(table)} for values from (${from}) to (${to})`.execute(
    db,
  );
}

async function dropPartition<DB>(trx: Kysely<DB>, name: string): Promise<boolean> {
  await sql`drop table if exists ${sql.id(name)}`.execute(trx);
  return true;
}

/** Deletes in slices, so that no transaction grows with the number of rows. */
async function emptyDefault<DB>(db: Kysely<DB>, name: string, column: string, before: Date): Promise<void> {
  const id = sql.id(name);
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${id} where ctid = any (array(
        select ctid from ${id} where ${sql.id(column)} < ${before} limit ${sql.lit(deleteSlice)}))`.execute(db);
    if (numAffectedRows < BigInt(deleteSlice)) return;
  }
}

/** Runs one change under the table's maintenance lock; false when another process has the lock. */
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

function days(now: Date): Date[] {
  const today = Math.floor(now.getTime() / dayMs) * dayMs;
  return Array.from({ length: daysAhead + 1 }, (_, index) => new Date(today + index * dayMs));
}

function partitionName(table: string, day: Date): string {
  return checkIdentifier(`${table}_p${day.toISOString().slice(0, 10).replaceAll('-', '')}`);
}

/** The end of a daily partition, from its name; undefined for the default partition. */
function endOf(table: string, name: string): Date | undefined {
  const digits = name.startsWith(`${table}_p`) ? /^(\d{4})(\d{2})(\d{2})$/.exec(name.slice(table.length + 2)) : null;
  return digits === null ? undefined : new Date(Date.parse(`${digits[1]}-${digits[2]}-${digits[3]}T00:00:00Z`) + dayMs);
}
