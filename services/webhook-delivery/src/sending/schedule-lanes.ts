import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Chosen, LaneRow } from './due-lanes.ts';
import { leaseMs, type QueueRow } from './lease.ts';

/** A lane whose endpoint has used up its rate. */
export type Postponed = { lane: LaneRow; waitMs: number };

/**
 * Schedules the lanes of a claim. A lane that used all its room is due again when a result is recorded, or at the
 * latest when the lease ends. Any other lane is due with its next delivery. A due time is never in the past, so a lane
 * that was served is queued behind the waiting lanes.
 */
export async function scheduleLanes(
  trx: Transaction<DB>,
  chosen: readonly Chosen[],
  rows: readonly QueueRow[],
): Promise<void> {
  const given = Map.groupBy(rows, (row) => `${row.webhook_id}:${row.is_manual}`);
  const isFull = chosen.map(({ lane, room }) => given.get(`${lane.webhook_id}:${lane.is_manual}`)?.length === room);
  await sql`
    update lanes
    set next_due_at = case
      when chosen.is_full then now() + ${leaseMs} * interval '1 ms'
      else (
        select greatest(due_at, lanes.open_until, now()) from queue
        where webhook_id = lanes.webhook_id and is_manual = lanes.is_manual and due_at < 'infinity'
        order by due_at limit 1)
      end
    from unnest(
      ${chosen.map(({ lane }) => lane.webhook_id)}::bigint[],
      ${chosen.map(({ lane }) => lane.is_manual)}::boolean[],
      ${isFull}::boolean[]
    ) as chosen (webhook_id, is_manual, is_full)
    where lanes.webhook_id = chosen.webhook_id and lanes.is_manual = chosen.is_manual`.execute(trx);
}

/** Makes lanes due again when the rate of their endpoint allows it. */
export async function postponeLanes(trx: Transaction<DB>, lanes: readonly Postponed[]): Promise<void> {
  if (lanes.length === 0) return;
  await sql`
    update lanes set next_due_at = now() + waits.ms * interval '1 ms'
    from unnest(
      ${lanes.map(({ lane }) => lane.webhook_id)}::bigint[],
      ${lanes.map(({ lane }) => lane.is_manual)}::boolean[],
      ${lanes.map(({ waitMs }) => waitMs)}::float8[]
    ) as waits (webhook_id, is_manual, ms)
    where lanes.webhook_id = waits.webhook_id and lanes.is_manual = waits.is_manual`.execute(trx);
}
