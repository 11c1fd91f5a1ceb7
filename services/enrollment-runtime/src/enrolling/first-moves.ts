import type { Definition } from '@drippulse/engine';
import { createPace } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import { type Move, moveOf, turnUnits } from '../runs/move.ts';
import { reportBug } from '../runs/report-moves.ts';

/**
 * Moves enrollments through their first pure steps, by id. Stored with the enrollments, such a move costs a fraction of
 * a claim. An enrollment that comes to an effect, or parks, stays where it entered: only a claim, which leases the run,
 * stores an intent.
 */
export async function firstMoves(
  ctx: Context,
  runs: readonly ClaimedRun[],
  definition: Definition,
  now: Date,
): Promise<Map<bigint, Move>> {
  const moves = new Map<bigint, Move>();
  const pace = createPace(turnUnits);
  for (const run of runs) {
    const onBug = (error: unknown) => reportBug(ctx, run, error);
    const move = moveOf({ run }, definition, { now, isStopped: false, random: ctx.random(), onBug });
    if (move.effect === undefined && move.parked === undefined) moves.set(run.identity.id, move);
    await pace(move.work);
  }
  return moves;
}
