import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** When lanes have something to do, at the latest. */
export type Wake = { workflowId: bigint; at: Date };

/**
 * Moves the next wake of lanes forward in time, never back. Called last in the transaction that made the runs due, also
 * where the lane is awake already: only its lock orders this against a claim that did not see those runs yet.
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
