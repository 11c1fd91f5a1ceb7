import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Wake } from '../lanes/wake-lane.ts';
import type { Move } from './move.ts';
import { variantsAfter } from './variants.ts';

/**
 * Stores the states of moves whose runs still have their fences, and returns those moves. All other writes derive from
 * the returned moves. The row of an ended run is deleted. A run with an effect handed out stays leased. Each move
 * raises the fence, so a worker that did not receive the response to its commit tries the move again and changes
 * nothing.
 */
export async function storeRuns(
  trx: Transaction<DB>,
  moves: readonly Move[],
  { now, leaseMs }: { now: Date; leaseMs: number },
): Promise<Move[]> {
  const living = moves.filter((move) => move.state.status === 'active');
  const ended = moves.filter((move) => move.state.status !== 'active');
  const lines = new Map([...(await update(trx, living, now, leaseMs)), ...(await remove(trx, ended))]);
  return moves.filter(({ run }) => {
    const before = lines.get(run.identity.id);
    if (before === undefined) return false;
    // A goal that was counted since the claim has only added lines to the timeline. The lines of the move are numbered
    // after them.
    run.lines = before;
    return true;
  });
}

/** The number of lines that a run had before its move. */
type LinesBefore = [enrollmentId: bigint, lines: number];

async function update(
  trx: Transaction<DB>,
  moves: readonly Move[],
  now: Date,
  leaseMs: number,
): Promise<LinesBefore[]> {
  if (moves.length === 0) return [];
  const lease = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<{ enrollment_id: bigint; lines: number }>`
    update runs set
      fence = runs.fence + 1, step_index = moved.step_index, phase = moved.phase, attempt = moved.attempt, visits = moved.visits,
      variants = moved.variants, goals = moved.goals,
      entered_at = case when moved.has_entered then ${now}::timestamptz else runs.entered_at end,
      next_run_at = moved.next_run_at, updated_at = ${now}, lines = runs.lines + moved.new_lines,
      error_line = coalesce(runs.lines + moved.new_error, runs.error_line),
      step_line = case when moved.new_lines = 0 then runs.step_line end,
      wake_at = case when moved.effect_is_out then null else moved.next_run_at end,
      lease_until = case when moved.effect_is_out then ${lease}::timestamptz end
    from json_to_recordset(${`[${moves.map((move) => rowOf(move, now)).join(',')}]`}::json) as moved (
      workflow_id bigint, enrollment_id bigint, fence int, step_index int, phase text, attempt int, visits json,
      variants json, goals json, has_entered boolean, next_run_at timestamptz, new_lines int, new_error int, effect_is_out boolean)
    where runs.workflow_id = moved.workflow_id and runs.enrollment_id = moved.enrollment_id
      and runs.fence = moved.fence
    returning runs.enrollment_id, runs.lines - moved.new_lines as lines`.execute(trx);
  return rows.map((row) => [row.enrollment_id, row.lines]);
}

/** Builds the JSON text of a row. The variants are in their stored form. */
function rowOf(move: Move, now: Date): string {
  const { run, state } = move;
  const { visits, goals = null } = state;
  const columns = JSON.stringify({
    workflow_id: String(run.identity.workflowId),
    enrollment_id: String(run.identity.id),
    fence: run.fence,
    step_index: state.stepIndex,
    phase: state.phase,
    attempt: state.attempt,
    visits: Object.keys(visits).length === 0 ? null : visits,
    goals,
    next_run_at: dueAt(move, now),
    new_lines: move.entries.length,
    new_error: newErrorOf(move),
    effect_is_out: move.effect !== undefined,
    has_entered: hasEntered(move),
  });
  return `${columns.slice(0, -1)},"variants":${variantsAfter(move)}}`;
}

/**
 * Whether the move has entered the step on which it ends. A run that waits on a step several times has entered the step
 * only once.
 */
export function hasEntered({ run, state }: Move): boolean {
  const before = run.state;
  return before.phase === 'ready' || before.stepIndex !== state.stepIndex || before.visits !== state.visits;
}

/** Returns the time at which a run that has not ended is due. */
export function dueAt({ state }: Pick<Move, 'state'>, now: Date): Date {
  return state.wakeAt === null ? now : new Date(state.wakeAt);
}

/** Returns the wake that a moved run needs for its lane. A leased or ended run needs none. */
export function wakeOf(move: Move, now: Date): Wake[] {
  if (move.state.status !== 'active' || move.effect !== undefined) return [];
  return [{ workflowId: move.run.identity.workflowId, at: dueAt(move, now) }];
}

/** Returns the number of the latest line with an error. */
export function errorLineOf(move: Move): number | null {
  const latest = newErrorOf(move);
  return latest === null ? move.run.errorLine : move.run.lines + latest;
}

/** Returns the number of the latest new line with an error, from 1. */
function newErrorOf({ entries }: Move): number | null {
  const latest = entries.findLastIndex((entry) => entry.error !== undefined);
  return latest < 0 ? null : latest + 1;
}

async function remove(trx: Transaction<DB>, moves: readonly Move[]): Promise<LinesBefore[]> {
  if (moves.length === 0) return [];
  const { rows } = await sql<{ enrollment_id: bigint; lines: number }>`
    delete from runs
    using unnest(
      ${moves.map(({ run }) => run.identity.workflowId)}::bigint[],
      ${moves.map(({ run }) => run.identity.id)}::bigint[],
      ${moves.map(({ run }) => run.fence)}::int[]) as ended (workflow_id, enrollment_id, fence)
    where runs.workflow_id = ended.workflow_id and runs.enrollment_id = ended.enrollment_id
      and runs.fence = ended.fence
    returning runs.enrollment_id, runs.lines`.execute(trx);
  return rows.map((row) => [row.enrollment_id, row.lines]);
}
