import type { Context } from '../context.ts';
import type { ClaimedRun } from './claimed-run.ts';
import type { Move } from './move.ts';

/** Counts of the steps that moves ran and of the enrollments that moves ended, each by status. */
export type MovesTally = { steps: Map<string, number>; ended: Map<Move['state']['status'], number> };

/** Counts the steps that moves ran and the enrollments that they ended. */
export function reportMoves(ctx: Context, moves: readonly Move[]): void {
  const tally: MovesTally = { steps: new Map(), ended: new Map() };
  tallyMoves(tally, moves);
  reportTally(ctx, tally);
}

export function tallyMoves({ steps, ended }: MovesTally, moves: readonly Move[]): void {
  for (const { state, entries } of moves) {
    if (state.status !== 'active') ended.set(state.status, (ended.get(state.status) ?? 0) + 1);
    for (const entry of entries) steps.set(entry.status, (steps.get(entry.status) ?? 0) + 1);
  }
}

export function reportTally({ metrics }: Context, { steps, ended }: MovesTally): void {
  for (const [status, count] of ended) metrics.enrollmentEnded(status, count);
  for (const [status, count] of steps) metrics.stepsRun(status, count);
}

/** Logs that the engine could not move a run, which is a bug. */
export function reportBug(ctx: Context, { identity }: ClaimedRun, error: unknown): void {
  const { id, workflowId, version } = identity;
  ctx.log.error(
    { err: error, enrollment_id: String(id), workflow_id: String(workflowId), version },
    'a run could not be moved and fails',
  );
}
