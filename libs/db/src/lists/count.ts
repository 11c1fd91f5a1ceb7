import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';

/** The row count of a list, as members of the list's response. */
export type RowCount = { totalCount: bigint; totalCountIsMinimum?: true };

/**
 * Counts the rows of a query exactly up to `cap` (default 10,000), so that the cost of a count has a bound. Above the
 * cap, the result is the cap, marked as a minimum. The query selects one narrow column and has neither order nor limit.
 */
export async function countUpTo<DB, TB extends keyof DB, O>(
  db: Kysely<DB>,
  query: SelectQueryBuilder<DB, TB, O>,
  cap = 10_000,
): Promise<RowCount> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from (${query.limit(cap + 1)}) as counted`.execute(db);
  const count = rows[0]?.count ?? 0n;
  return count > BigInt(cap) ? { totalCount: BigInt(cap), totalCountIsMinimum: true } : { totalCount: count };
}
