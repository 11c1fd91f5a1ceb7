import type { Definition } from '@drippulse/engine';
import type { Context } from '../context.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import { type Move, moveInTurns } from '../runs/move.ts';
import { reportBug } from '../runs/report-moves.ts';

/**
 * Moves enrollments through their first pure steps, in turns of the event loop, and returns the moves by enrollment id.
 * A first move that is stored with its enrollment costs a fraction of a claim. An enrollment that would reach an
 * effect, or park, stays where it entered, because only a claim, which leases the run, stores an intent.
 */
export function* firstMovesInTurns(
  ctx: Context,
  runs: readonly ClaimedRun[],
  definition: Definition,
  now: Date,
): Generator<number, Map<bigint, Move>> {
  const moves = new Map<bigint, Move>();
  for (const run of runs) {
    const onBug = (error: unknown) => reportBug(ctx, run, error);
    const options = { now, isStopped: false, random: ctx.random(), onBug };
    const move = yield* moveInTurns({ run }, definition, options);
    if (move.effect === undefined && move.parked === undefined) moves.set(run.identity.id, move);
  }
  return moves;
}
