import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** The latest time at which a lane must wake. */
export type Wake = { workflowId: bigint; at: Date };

/**
 * Moves the next wake of lanes to an earlier time, never to a later one. Call it last in the transaction that made the
 * runs due, even if the lane wakes earlier: its lock orders this transaction against a claim that did not see the runs.
 */
export async function wakeLanes(trx: Transaction<DB>, wakes: readonly Wake[]): Promise<void> {
  if (wakes.length === 0) return;
  const earliest = new Map<bigint, Date>();
  for (const { workflowId, at } of wakes) {
    const known = earliest.get(workflowId);
    if (known === undefined || at < known) earliest.set(workflowId, at);
  }
  const sorted = [...earliest].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [workflowId, at] of sorted) {
    await sql`update lanes set wake_at = least(wake_at, ${at}) where workflow_id = ${workflowId}`.execute(trx);
  }
}
