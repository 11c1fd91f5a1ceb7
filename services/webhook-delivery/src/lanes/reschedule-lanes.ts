import { unsynced } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';
import { type LockedLanes, lockLanes } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';

/** A change of a webhook's event lane. `openUntil` opens its circuit; null closes it, undefined leaves it unchanged. */
export type LaneChange = { webhookId: bigint; openUntil?: Date | null };

/**
 * Makes both lanes of each webhook due at the due time of the next delivery in their queue. A lane is never due before
 * its circuit closes, nor in the past, so that a lane that was served goes behind the waiting lanes, regardless of the
 * age of its backlog.
 */
export async function rescheduleLanes(
  { trx, webhookIds }: LockedLanes,
  changes: readonly LaneChange[] = [],
): Promise<void> {
  const circuits = changes.filter(({ openUntil }) => openUntil !== undefined);
  await sql`
    update lanes
    set open_until = lane.open_until, next_due_at = lane.next_due_at
    from (
      select known.webhook_id, known.is_manual, known.open_until,
             case when not known.is_paused then (
               select greatest(due_at, known.open_until, clock_timestamp()) from queue
               where webhook_id = known.webhook_id and is_manual = known.is_manual and due_at < 'infinity'
               order by due_at limit 1) end as next_due_at
      from (
        select lanes.webhook_id, lanes.is_manual, lanes.is_paused,
               case when change.webhook_id is null or lanes.is_manual then lanes.open_until
                    when change.open_until is not null then greatest(lanes.open_until, change.open_until)
               end as open_until
        from lanes
        left join unnest(
          ${circuits.map(({ webhookId }) => webhookId)}::bigint[],
          ${circuits.map(({ openUntil }) => openUntil ?? null)}::timestamptz[]
        ) as change (webhook_id, open_until) on change.webhook_id = lanes.webhook_id
        where lanes.webhook_id = any(${webhookIds}::bigint[])
      ) as known
    ) as lane
    where lanes.webhook_id = lane.webhook_id and lanes.is_manual = lane.is_manual
      and (lanes.open_until, lanes.next_due_at) is distinct from (lane.open_until, lane.next_due_at)`.execute(trx);
}

/**
 * Reschedules lanes after results were recorded. This separate transaction does not wait for the disk, so claims and
 * fan-out, which need the lanes, rarely find them locked. If it never runs, the lanes are due when the leases end.
 */
export async function settleLanes(db: Kysely<DB>, changes: readonly LaneChange[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`with ${unsynced} select from unsynced`.execute(trx);
    const lanes = await lockLanes(
      trx,
      changes.map(({ webhookId }) => webhookId),
    );
    await rescheduleLanes(lanes, changes);
  });
}
