import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** The numbers counted at a step. `paused` enrollments count as `active` too. */
export type Counted = 'active' | 'paused' | 'completed' | 'failed' | 'cancelled';

/** A change of one counter. */
export type Count = { workflowId: bigint; version: number; stepId: string; mode: string; counted: Counted; by: number };

type CounterRow = { workflow_id: string; version: number; step_id: string; mode: string } & Record<Counted, number>;

/**
 * Adds to the counters in one statement and in a fixed order, so that transactions do not deadlock. Call it late in a
 * transaction, because these rows are the most contended.
 */
export async function addCounts(trx: Transaction<DB>, counts: readonly Count[]): Promise<void> {
  const rows = sumUp(counts);
  if (rows.length === 0) return;
  await sql`
    insert into counters (workflow_id, version, step_id, mode, active, paused, completed, failed, cancelled)
    select * from json_to_recordset(${JSON.stringify(rows)}::json) as added (
      workflow_id bigint, version int, step_id text, mode text,
      active bigint, paused bigint, completed bigint, failed bigint, cancelled bigint)
    order by 1, 2, 3, 4
    on conflict (workflow_id, version, step_id, mode) do update set
      active = counters.active + excluded.active,
      paused = counters.paused + excluded.paused,
      completed = counters.completed + excluded.completed,
      failed = counters.failed + excluded.failed,
      cancelled = counters.cancelled + excluded.cancelled`.execute(trx);
}

/** Sums the counts, into one sum for each row of the table. */
function sumUp(counts: readonly Count[]): CounterRow[] {
  const rows = new Map<string, CounterRow>();
  for (const { workflowId, version, stepId, mode, counted, by } of counts) {
    const key = `${workflowId} ${version} ${mode} ${stepId}`;
    let row = rows.get(key);
    if (row === undefined) {
      row = { ...{ workflow_id: String(workflowId), version, step_id: stepId, mode }, ...zero };
      rows.set(key, row);
    }
    row[counted] += by;
  }
  return [...rows.values()].filter((row) => Object.keys(zero).some((name) => row[name as Counted] !== 0));
}

const zero: Record<Counted, number> = { active: 0, paused: 0, completed: 0, failed: 0, cancelled: 0 };
