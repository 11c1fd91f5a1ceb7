import type { Context } from '../context.ts';
import { moveApart } from '../runs/move-apart.ts';
import type { PoolState } from './pool-state.ts';
import { addEffects } from './start-effects.ts';

/** Maximum number of results in one commit. */
const commitResultsOf = 500;

/**
 * Commits results and moves their runs on. Results that could not be committed stay. Returns the number of committed
 * results.
 */
export async function commitResults(ctx: Context, pool: PoolState): Promise<number> {
  const batch = pool.settled.slice(0, commitResultsOf);
  const leasedAt = performance.now();
  const works = batch.map(({ of, ...settled }) => ({ run: of.run, settled }));
  const moved = await moveApart(ctx, works, 'results');
  const stuck = new Set(moved.stuck.map((work) => work.settled));
  pool.settled.splice(0, batch.length);
  for (const [index, one] of batch.entries()) {
    if (stuck.has(works[index]?.settled)) pool.settled.push(one);
    else pool.known.delete(one.of.effect.key);
  }
  addEffects(ctx, pool, { handedOut: moved.handedOut, leasedAt });
  ctx.wake.advance();
  return stuck.size;
}
