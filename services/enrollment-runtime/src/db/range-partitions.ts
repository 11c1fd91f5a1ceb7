import { type QueryExecutorProvider, sql } from 'kysely';

/** Enrollment ids in one partition: about a gigabyte of timeline. */
const partitionIds = 1_000_000n;
const partitionsAhead = 2n;

/**
 * Makes the partition that holds `id`, the next two, and the default one, for a table partitioned by ranges of
 * enrollment id. A range whose first rows already lie in the default partition stays there.
 */
export async function createRangePartitions(
  db: QueryExecutorProvider,
  table: 'timeline' | 'effects',
  id: bigint,
): Promise<void> {
  await sql`create table if not exists ${sql.id(`${table}_default`)} partition of ${sql.id(table)} default`.execute(db);
  const first = id / partitionIds;
  for (let index = first; index <= first + partitionsAhead; index += 1n) {
    if (await isNeeded(db, table, index)) await createPartition(db, table, index);
  }
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
