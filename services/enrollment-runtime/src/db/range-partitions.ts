import { type QueryExecutorProvider, sql } from 'kysely';

/** Tables that are partitioned by ranges of enrollment id. */
export type HistoryTable = 'timeline' | 'effects';

/** Number of enrollment ids in a partition. The timeline of one partition occupies about a gigabyte. */
const partitionIds = 1_000_000n;
const partitionsAhead = 2n;

/**
 * Makes the partition of `id`, the next two, and the default one, for a table partitioned by ranges of enrollment id. A
 * range whose first rows are already in the default partition stays there.
 */
export async function createRangePartitions(db: QueryExecutorProvider, table: HistoryTable, id: bigint): Promise<void> {
  await createDefault(db, table);
  const first = id / partitionIds;
  for (let index = first; index <= first + partitionsAhead; index += 1n) {
    if (await isNeeded(db, table, index)) await createPartition(db, table, index);
  }
}

/**
 * Creates the default partition. Its existence is checked first, because `create table if not exists` takes an
 * exclusive lock even when there is nothing to do.
 */
async function createDefault(db: QueryExecutorProvider, table: HistoryTable): Promise<void> {
  const name = `${table}_default`;
  const { rows } = await sql<{ exists: boolean }>`select to_regclass(${name}) is not null as exists`.execute(db);
  if (rows[0]?.exists) return;
  await sql`create table if not exists ${sql.id(name)} partition of ${sql.id(table)} default`.execute(db);
}

async function isNeeded(db: QueryExecutorProvider, table: string, index: bigint): Promise<boolean> {
  const { rows } = await sql<{ needed: boolean }>`
    select to_regclass(${nameOf(table, index)}) is null
      and not exists (
        select from ${sql.id(`${table}_default`)}
        where enrollment_id >= ${index * partitionIds} and enrollment_id < ${(index + 1n) * partitionIds}
      ) as needed`.execute(db);
  return rows[0]?.needed === true;
}

async function createPartition(db: QueryExecutorProvider, table: string, index: bigint): Promise<void> {
  await sql`
    create table if not exists ${sql.id(nameOf(table, index))} partition of ${sql.id(table)}
    for values from (${sql.lit(index * partitionIds)}) to (${sql.lit((index + 1n) * partitionIds)})`.execute(db);
}

function nameOf(table: string, index: bigint): string {
  return `${table}_p${index}`;
}

/** A partition of a table: its enrollment ids from `from` up to but not including `to`, and roughly its row count. */
export type RangePartition = { name: string; from: bigint; to: bigint; rows: number };

/** Returns the partitions of a table whose ids have all been given out, oldest first, without the default partition. */
export async function fullPartitions(db: QueryExecutorProvider, table: HistoryTable): Promise<RangePartition[]> {
  const { rows } = await sql<RangePartition>`
    select name, bounds[1]::bigint as from, bounds[2]::bigint as to, rows
    from (
      select relname as name, reltuples::float8 as rows,
        regexp_match(pg_get_expr(relpartbound, pg_class.oid), 'FROM \\(''(\\d+)''\\) TO \\(''(\\d+)''\\)') as bounds
      from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = ${table}::regclass
    ) as partition
    where bounds[2]::bigint <= (select last_value from enrollments_id_seq)
    order by 2`.execute(db);
  return rows;
}
