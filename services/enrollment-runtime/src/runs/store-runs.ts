import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Wake } from '../lanes/wake-lane.ts';
import type { Move } from './move.ts';

/**
 * Stores the states of moves whose runs still have their fences, and returns those moves: everything else that is
 * written derives from them. An ended run leaves the table. A run with an effect handed out stays leased.
 */
export async function storeRuns(
  trx: Transaction<DB>,
  moves: readonly Move[],
  { now, leaseMs }: { now: Date; leaseMs: number },
): Promise<Move[]> {
  const living = moves.filter((move) => move.state.status === 'active');
  const ended = moves.filter((move) => move.state.status !== 'active');
  const stored = new Set([...(await update(trx, living, now, leaseMs)), ...(await remove(trx, ended))]);
  return moves.filter((move) => stored.has(move.run.identity.id));
}

async function update(trx: Transaction<DB>, moves: readonly Move[], now: Date, leaseMs: number): Promise<bigint[]> {
  if (moves.length === 0) return [];
  const lease = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<{ enrollment_id: bigint }>`
    update runs set
      step_index = moved.step_index, phase = moved.phase, attempt = moved.attempt, visits = moved.visits,
      next_run_at = moved.next_run_at, updated_at = ${now}, lines = moved.lines, error_line = moved.error_line,
      wake_at = case when moved.effect_is_out then null else moved.next_run_at end,
      lease_until = case when moved.effect_is_out then ${lease}::timestamptz end
    from json_to_recordset(${JSON.stringify(moves.map((move) => rowOf(move, now)))}::json) as moved (
      workflow_id bigint, enrollment_id bigint, fence int, step_index int, phase text, attempt int, visits json,
      next_run_at timestamptz, lines int, error_line int, effect_is_out boolean)
    where runs.workflow_id = moved.workflow_id and runs.enrollment_id = moved.enrollment_id
      and runs.fence = moved.fence
    returning runs.enrollment_id`.execute(trx);
  return rows.map((row) => row.enrollment_id);
}

function rowOf(move: Move, now: Date) {
  const { run, state } = move;
  const { visits } = state;
  return {
    workflow_id: String(run.identity.workflowId),
    enrollment_id: String(run.identity.id),
    fence: run.fence,
    step_index: state.stepIndex,
    phase: state.phase,
    attempt: state.attempt,
    visits: Object.keys(visits).length === 0 ? null : visits,
    next_run_at: dueAt(move, now),
    lines: run.lines + move.entries.length,
    error_line: errorLineOf(move),
    effect_is_out: move.effect !== undefined,
  };
}

/** The time at which a living run is due. */
export function dueAt({ state }: Pick<Move, 'state'>, now: Date): Date {
  return state.wakeAt === null ? now : new Date(state.wakeAt);
}

/** The wake that a moved run needs of its lane. A leased or ended run needs none. */
export function wakeOf(move: Move, now: Date): Wake[] {
  if (move.state.status !== 'active' || move.effect !== undefined) return [];
  return [{ workflowId: move.run.identity.workflowId, at: dueAt(move, now) }];
}

/** Number of the latest line with an error. */
export function errorLineOf({ run, entries }: Move): number | null {
  const latest = entries.findLastIndex((entry) => entry.error !== undefined);
  return latest < 0 ? run.errorLine : run.lines + latest + 1;
}

async function remove(trx: Transaction<DB>, moves: readonly Move[]): Promise<bigint[]> {
  if (moves.length === 0) return [];
  const { rows } = await sql<{ enrollment_id: bigint }>`
    delete from runs
    using unnest(
      ${moves.map(({ run }) => run.identity.workflowId)}::bigint[],
      ${moves.map(({ run }) => run.identity.id)}::bigint[],
      ${moves.map(({ run }) => run.fence)}::int[]) as ended (workflow_id, enrollment_id, fence)
    where runs.workflow_id = ended.workflow_id and runs.enrollment_id = ended.enrollment_id
      and runs.fence = ended.fence
    returning runs.enrollment_id`.execute(trx);
  return rows.map((row) => row.enrollment_id);
}
