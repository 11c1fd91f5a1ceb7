import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** The latest time at which a lane must wake. */
export type Wake = { workflowId: bigint; at: Date };

/**
 * Moves the next wake of lanes to an earlier time, never to a later one. Call it last in the transaction that made the
 * runs due, even if the lane already wakes earlier: the lock on the lane orders this transaction against a claim that
 * did not see the runs.
 */
export async function wakeLanes(trx: Transaction<DB>, wakes: readonly Wake[]): Promise<void> {
  if (wakes.length === 0) return;
  const earliest = new Map<bigint, Date>();
  for (const { workflowId, at } of wakes) {
    const known = earliest.get(workflowId);
    if (known === undefined || at < known) earliest.set(workflowId, at);
  }
  const sorted = [...earliest].sort(([a], [b]) => (a < b ? -1 : 1));
  const [first, second] = sorted;
  if (first !== undefined && second === undefined) {
    const [workflowId, at] = first;
    await sql`update lanes set wake_at = least(wake_at, ${at}) where workflow_id = ${workflowId}`.execute(trx);
    return;
  }
  // The rows are locked first, by id, because an update locks in any order.
  await sql`
    with locked as materialized (
      select lanes.workflow_id, wake.at
      from unnest(${sorted.map(([id]) => id)}::bigint[], ${sorted.map(([, at]) => at)}::timestamptz[]) as wake (workflow_id, at)
      join lanes on lanes.workflow_id = wake.workflow_id
      order by lanes.workflow_id for no key update of lanes
    )
    update lanes set wake_at = least(lanes.wake_at, locked.at) from locked
    where lanes.workflow_id = locked.workflow_id`.execute(trx);
}
