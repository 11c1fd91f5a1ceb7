import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Counts, for each scope, the current windows with at least 80 % of the limit spent or reserved. */
export async function countNearLimit(db: Kysely<DB>): Promise<Map<string, number>> {
  const { rows } = await sql<{ scope: string; count: number }>`
    select scope, count(*)::int as count from (
      select case when key like 'organization:%:day:%' then 'organization_day' when key like 'organization:%' then 'organization_month'
        when key like 'plan:%' then 'plan' when key like 'agent:%' then 'agent_day' else 'workflow_day' end as scope
      from spend_windows
      where ends_at > clock_timestamp() and ends_at < clock_timestamp() + interval '40 days'
        and limit_pico_usd > 0 and (spent_pico_usd + reserved_pico_usd)::numeric >= limit_pico_usd * 0.8
        and not key like 'share:%') as near group by 1`.execute(db);
  return new Map(rows.map(({ scope, count }) => [scope, count]));
}
