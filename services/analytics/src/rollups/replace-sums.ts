import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

const keys = ['organization_id', 'mode', 'kind', 'dimension', 'workflow_id', 'at', 'version', 'variant', 'key'];

/**
 * Planner settings for sums of several hundred thousand facts, which are sorted and hashed in memory. The planner
 * cannot estimate the number of sums. If it assumes a small number, it compares every sum with every row, and sorts by
 * seven columns to group the sums.
 */
const planned = sql`
  select set_config('work_mem', '64MB', true), set_config('enable_nestloop', 'off', true), set_config('enable_sort', 'off', true)`;

/**
 * Replaces the rows of a rollup that meet a condition with the rows of a query that has the same columns. In
 * `isReplaced`, the rows are named `kept`. Correct rows are not written, because a row that is deleted and inserted
 * again slows each search of its key until the next vacuum. The caller must have locked the organization, so that no
 * other process writes these rows. Rows are inserted in the order of the numeric key columns, so that neighboring rows
 * share pages. Strings are not compared, because that would take as long as the rest of the sort.
 */
export async function replaceSums(
  trx: Transaction<DB>,
  rollup: 'rollup_quarters' | 'rollup_days',
  { isReplaced, sums }: { isReplaced: RawBuilder<unknown>; sums: RawBuilder<unknown> },
): Promise<void> {
  const table = sql.id(rollup);
  const columns = sql.join(keys.map((key) => sql.id(key)));
  const isSame = sql.join(
    keys.map((key) => sql`kept.${sql.id(key)} = changes.${sql.id(key)}`),
    sql` and `,
  );
  await planned.execute(trx);
  await sql`
    with sums as materialized (${sums}),
    kept as materialized (select * from ${table} as kept where ${isReplaced}),
    changes as materialized (
      select ${columns}, sums.count, sums.amount, kept.count is null as is_new
      from kept full join sums using (${columns})
      where (kept.count, kept.amount) is distinct from (sums.count, sums.amount)),
    gone as (
      delete from ${table} as kept using changes where changes.count is null and ${isSame} and ${isReplaced}),
    changed as (
      update ${table} as kept set count = changes.count, amount = changes.amount
      from changes where changes.count is not null and not changes.is_new and ${isSame} and ${isReplaced})
    insert into ${table} select ${columns}, count, amount from changes where is_new
    order by kind, dimension, workflow_id, at`.execute(trx);
}
