import { type CompiledGoal, goalLine } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Watched } from './watched.ts';

/** A goal that was counted without ending the run, and the time at which it was met. */
export type Counted = { goal: CompiledGoal; at: Date };

/**
 * Adds a line to the timeline of a locked run for each goal that is only counted. A worker that has leased the run
 * numbers its own lines after these lines when it commits (`storeRuns`). Lists continue to show the line that says what
 * the run waits for.
 */
export async function noteCounted(
  trx: Transaction<DB>,
  watched: Watched,
  run: { step_index: number; lines: number },
  counted: readonly Counted[],
): Promise<void> {
  if (counted.length === 0) return;
  const { workflow_id: workflowId, enrollment_id: enrollmentId, version, mode } = watched;
  const rows = counted.map(({ goal, at }, index) => ({
    ...{ enrollment_id: enrollmentId, sequence: run.lines + 1 + index, at, step_index: run.step_index, attempt: 1 },
    ...{ status: 'succeeded', message: `${mode === 'test' ? '[test] ' : ''}${goalLine(goal)}`, version },
  }));
  await trx.insertInto('timeline').values(rows).execute();
  await sql`
    update runs set step_line = coalesce(step_line, lines), lines = lines + ${counted.length}::int
    where workflow_id = ${workflowId} and enrollment_id = ${enrollmentId}`.execute(trx);
}
