import { unsynced } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

/**
 * Makes lanes due now, or when their circuit lets them; for whoever has put something into their queue. In the order of
 * their ids, like everyone who locks several, and last in the transaction: claims pass over locked lanes.
 */
export async function wakeLanes(trx: Transaction<DB>, webhookIds: readonly bigint[], isManual: boolean): Promise<void> {
  await sql`
    update lanes
    set next_due_at = least(lanes.next_due_at, greatest(clock_timestamp(), lanes.open_until))
    from (
      select webhook_id from lanes
      where webhook_id = any(${webhookIds}::bigint[]) and is_manual = ${isManual} and not is_held
      order by webhook_id for update
    ) as woken
    where lanes.webhook_id = woken.webhook_id and lanes.is_manual = ${isManual}`.execute(trx);
}

/** What is to change at the lane of a webhook's events: null closes its circuit, undefined leaves it. */
export type LaneChange = { webhookId: bigint; openUntil?: Date | null };

/**
 * Makes lanes due again after results were recorded: by itself and without waiting for the disk, so that claims, which
 * pass over locked lanes, and events that arrive meanwhile find them free. Until it is done, or if it never is, they are
 * due when the leases end.
 */
export async function settleLanes(ctx: Context, changes: readonly LaneChange[]): Promise<void> {
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await sql`with ${unsynced} select from unsynced`.execute(trx);
    await rescheduleLanes(trx, changes);
  });
}

/**
 * Makes both lanes of each webhook due when the next delivery of their queue is, not before their circuit lets them, and
 * not before now: however old its backlog, a lane that was served goes behind those that wait.
 * The lock is a statement of its own: after waiting for it the queue must be looked at anew.
 */
export async function rescheduleLanes(trx: Transaction<DB>, changes: readonly LaneChange[]): Promise<void> {
  const webhookIds = changes.map(({ webhookId }) => webhookId);
  await sql`
    select from lanes where webhook_id = any(${webhookIds}::bigint[]) order by webhook_id, is_manual for update`.execute(
    trx,
  );
  await sql`
    update lanes
    set open_until = lane.open_until, next_due_at = lane.next_due_at
    from (
      select known.webhook_id, known.is_manual, known.open_until,
             case when not known.is_held then (
               select greatest(due_at, known.open_until, clock_timestamp()) from queue
               where webhook_id = known.webhook_id and is_manual = known.is_manual and due_at < 'infinity'
               order by due_at limit 1) end as next_due_at
      from (
        select lanes.webhook_id, lanes.is_manual, lanes.is_held,
               case when not change.has_circuit or lanes.is_manual then lanes.open_until
                    when change.open_until is not null then greatest(lanes.open_until, change.open_until)
               end as open_until
        from lanes
        join unnest(
          ${webhookIds}::bigint[],
          ${changes.map(({ openUntil }) => openUntil !== undefined)}::boolean[],
          ${changes.map(({ openUntil }) => openUntil ?? null)}::timestamptz[]
        ) as change (webhook_id, has_circuit, open_until) on change.webhook_id = lanes.webhook_id
      ) as known
    ) as lane
    where lanes.webhook_id = lane.webhook_id and lanes.is_manual = lane.is_manual
      and (lanes.open_until, lanes.next_due_at) is distinct from (lane.open_until, lane.next_due_at)`.execute(trx);
}

/** Sends nothing more by itself: the queue stays, and tests and redeliveries still go. */
export async function holdLane(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ is_held: true, next_due_at: null })
    .where('webhook_id', '=', webhookId)
    .where('is_manual', '=', false)
    .execute();
}

/** Lets the queue go on, from the next time the lane is rescheduled. */
export async function releaseLane(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ is_held: false })
    .where('webhook_id', '=', webhookId)
    .where('is_manual', '=', false)
    .execute();
}
