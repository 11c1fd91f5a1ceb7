import { setImmediate as giveWay } from 'node:timers/promises';
import type { Definition } from '@drippulse/engine';
import type { Context } from '../context.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import { type Move, moveOf } from '../runs/move.ts';
import { reportBug } from '../runs/report-moves.ts';

/** Runs moved before other requests get their turn. */
const turnRuns = 100;

/**
 * Where enrollments go by their pure steps as they enter, by id: stored with them, this costs a fraction of a claim. Those
 * that come to an effect are left where they enter: an effect is handed out by a claim alone, which holds the run.
 */
export async function firstMoves(
  ctx: Context,
  runs: readonly ClaimedRun[],
  { definition, now, isHeld }: { definition: Definition; now: Date; isHeld: boolean },
): Promise<Map<bigint, Move>> {
  const moves = new Map<bigint, Move>();
  if (isHeld) return moves;
  for (const [index, run] of runs.entries()) {
    if (index % turnRuns === turnRuns - 1) await giveWay();
    const onBug = (error: unknown) => reportBug(ctx, run, error);
    const move = moveOf({ run }, definition, { now, isHeld, random: Math.random(), onBug });
    if (move.effect === undefined) moves.set(run.identity.id, move);
  }
  return moves;
}
