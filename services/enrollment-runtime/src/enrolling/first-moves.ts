import type { Definition } from '@drippulse/engine';
import type { Context } from '../context.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import { type Move, moveOf } from '../runs/move.ts';
import { reportBug } from '../runs/report-moves.ts';

/**
 * Where enrollments go by their pure steps as they enter, by id: stored with them, this costs a fraction of a claim. Those
 * that come to an effect are left where they enter: an effect is handed out by a claim alone, which holds the run.
 */
export function firstMoves(
  ctx: Context,
  runs: readonly ClaimedRun[],
  definition: Definition,
  now: Date,
): Map<bigint, Move> {
  const moves = new Map<bigint, Move>();
  for (const run of runs) {
    const onBug = (error: unknown) => reportBug(ctx, run, error);
    const move = moveOf({ run }, definition, { now, isHeld: false, random: ctx.random(), onBug });
    if (move.effect === undefined) moves.set(run.identity.id, move);
  }
  return moves;
}
