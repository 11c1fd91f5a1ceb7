import { isInfrastructureError } from '@drippulse/db';
import type { Context } from '../context.ts';
import type { HandedOut, Work } from './claimed-run.ts';
import { moveRuns } from './move-runs.ts';

/** The effects that a batch handed out, and the works that could not be moved. */
export type MovedApart = { handedOut: HandedOut[]; stuck: Work[] };

/**
 * Moves a batch in one transaction. When the transaction fails, tries halves of the batch until the failing run is
 * found, so that this run delays no other run.
 */
export async function moveApart(
  ctx: Context,
  works: readonly Work[],
  commit: 'moves' | 'results',
): Promise<MovedApart> {
  try {
    return { handedOut: await moveRuns(ctx, works, commit), stuck: [] };
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    const [first, second] = works;
    if (first !== undefined && second === undefined) {
      ctx.log.error({ err: error, enrollment_id: String(first.run.identity.id) }, 'a run cannot be moved');
      return { handedOut: [], stuck: [first] };
    }
  }
  const middle = Math.ceil(works.length / 2);
  const left = await moveApart(ctx, works.slice(0, middle), commit);
  const right = await moveApart(ctx, works.slice(middle), commit);
  return { handedOut: [...left.handedOut, ...right.handedOut], stuck: [...left.stuck, ...right.stuck] };
}
