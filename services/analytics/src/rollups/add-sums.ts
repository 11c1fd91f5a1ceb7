import { type RawBuilder, sql } from 'kysely';

/**
 * Builds common table expressions that add sums by the quarter hour to both rollups. `sums` is the name of a common
 * table expression with the columns of `rollup_quarters`. Rows are written in the order of their key, so that two
 * writers never deadlock.
 */
export function addSums(sums: string): RawBuilder<unknown> {
  return sql`
    quarters as (
      insert into rollup_quarters as kept select * from ${sql.id(sums)} order by 1, 2, 3, 4, 5, 6, 7, 8, 9
      on conflict (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key)
      do update set count = kept.count + excluded.count, amount = kept.amount + excluded.amount),
    days as (
      insert into rollup_days as kept ${sumsOfDays(sums)} order by 1, 2, 3, 4, 5, 6, 7, 8, 9
      on conflict (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key)
      do update set count = kept.count + excluded.count, amount = kept.amount + excluded.amount)`;
}

/**
 * Builds a query that sums quarter hours by the day of the organization's time zone. A day is identified by its first
 * moment. `quarters` is the name of a common table expression.
 */
function sumsOfDays(quarters: string): RawBuilder<unknown> {
  return sql`
    select organization_id, mode, kind, dimension, workflow_id, date_trunc('day', at, timezone) as at, version, variant, key,
      sum(count)::bigint as count, sum(amount)::bigint as amount
    from ${sql.id(quarters)} join organizations using (organization_id)
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`;
}
