import { isSuspended } from '@drippulse/service';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Number of due deliveries above which an organization is treated as large. Deliveries are not counted beyond this
 * number.
 */
const small = 100;

/** Age of the oldest due delivery, for small and for large organizations, and the ids of the large organizations. */
export type Overdue = { seconds: { small: number; large: number }; large: ReadonlySet<bigint> };

/**
 * Reads due times from the queue, not from the lanes, so that deliveries delayed by a rate or a circuit are included.
 * Ignores deliveries of disabled webhooks. Reads at most about a hundred rows of each lane.
 */
export async function readOverdue(db: Kysely<DB>): Promise<Overdue> {
  const { rows } = await sql<{ is_large: boolean; seconds: number; organizations: bigint[] | null }>`
    select is_large, max(seconds)::float8 as seconds, array_agg(organization_id) filter (where is_large) as organizations
    from (
      select lanes.organization_id, sum(due.waiting) > ${small} as is_large,
             extract(epoch from clock_timestamp() - min(due.since)) as seconds
      from lanes
      cross join lateral (
        select count(*) as waiting, min(due_at) as since
        from (
          select due_at from queue
          where webhook_id = lanes.webhook_id and is_manual = lanes.is_manual and due_at <= clock_timestamp()
          order by due_at limit ${small + 1}
        ) as first
      ) as due
      where lanes.next_due_at is not null and due.waiting > 0 and not ${isSuspended(sql.ref('lanes.organization_id'))}
      group by lanes.organization_id
    ) as organizations
    group by is_large`.execute(db);
  const seconds = { small: 0, large: 0 };
  for (const row of rows) seconds[row.is_large ? 'large' : 'small'] = row.seconds;
  return { seconds, large: new Set(rows.flatMap((row) => row.organizations ?? [])) };
}
