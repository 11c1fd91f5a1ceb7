import type { Context } from '../context.ts';
import type { ClaimedRun } from './claimed-run.ts';
import type { Move } from './move.ts';

/** Counts the steps that moves ran and the enrollments that they ended. */
export function reportMoves(ctx: Context, moves: readonly Move[]): void {
  const lines = new Map<string, number>();
  for (const move of moves) {
    if (move.state.status !== 'active') ctx.metrics.enrollmentEnded(move.state.status);
    for (const entry of move.entries) lines.set(entry.status, (lines.get(entry.status) ?? 0) + 1);
  }
  for (const [status, count] of lines) ctx.metrics.stepsRun(status, count);
}

/** Logs that the engine could not move a run, which is an error of ours. */
export function reportBug(ctx: Context, { identity }: ClaimedRun, error: unknown): void {
  const { id, workflowId, version } = identity;
  ctx.log.error(
    { err: error, enrollment_id: String(id), workflow_id: String(workflowId), version },
    'a run could not be moved and fails',
  );
}
