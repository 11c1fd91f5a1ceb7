import { type RawBuilder, sql } from 'kysely';
import type { Period } from '../periods/period.ts';

/**
 * Builds common table expressions. `part` contains the rollup rows that make up each of several periods, with the
 * period's `place` from 1. These are the rows of whole days in the time zone, and of the quarter hours before the first
 * and after the last whole day. The bounds of all periods together are separate conditions, because the planner does
 * not know the bounds of the join. By these conditions it skips partitions and index entries.
 */
export function partsOf(
  periods: readonly Period[],
  timezone: string,
  { columns, isOfScope }: { columns: RawBuilder<unknown>; isOfScope: RawBuilder<unknown> },
): RawBuilder<unknown> {
  const first = new Date(Math.min(...periods.map(({ from }) => from.getTime())));
  const last = new Date(Math.max(...periods.map(({ until }) => until.getTime())));
  const isWithin = sql`at >= ${first}::timestamptz and at < ${last}::timestamptz`;
  return sql`
    period as materialized (
      select place, from_at, until_at, least(first_day, until_at) as first_day,
        greatest(least(first_day, until_at), last_day) as last_day
      from (
        select place, from_at, until_at, date_trunc('day', until_at, ${timezone}::text) as last_day,
          case when date_trunc('day', from_at, ${timezone}::text) = from_at then from_at
            else date_trunc('day', date_trunc('day', from_at, ${timezone}::text) + interval '36 hours', ${timezone}::text)
          end as first_day
        from unnest(${periods.map(({ from }) => from)}::timestamptz[], ${periods.map(({ until }) => until)}::timestamptz[])
          with ordinality as given (from_at, until_at, place)) as bounds),
    part as (
      select place, ${columns}
      from period join rollup_days on at >= first_day and at < last_day
      where ${isOfScope} and ${isWithin}
      union all
      select place, ${columns}
      from period join rollup_quarters on at >= from_at and at < first_day
      where ${isOfScope} and ${isWithin}
      union all
      select place, ${columns}
      from period join rollup_quarters on at >= last_day and at < until_at
      where ${isOfScope} and ${isWithin})`;
}
