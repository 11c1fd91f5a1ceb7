import { type RawBuilder, sql } from 'kysely';

/** Builds SQL for an organization's spend this month (UTC), in millionths of a dollar, rounded up. */
export function countSpent(organizationId: bigint, at: RawBuilder<Date> = sql<Date>`now()`): RawBuilder<bigint> {
  return sql<bigint>`coalesce((
    select (spent_pico_usd + 999999) / 1000000 from spend_windows
    where key = 'plan:' || ${String(organizationId)} || ':' || to_char(${at} at time zone 'UTC', 'YYYY-MM')), 0)`;
}
