import type { Context } from '../context.ts';
import { addFacts } from './add-facts.ts';
import type { Fact } from './fact.ts';
import { locking } from './locking.ts';

/**
 * Stores the facts of consumed events, and adds them to the sums, in one transaction. A repeated event is counted once.
 */
export async function takeFacts(ctx: Context, facts: readonly Fact[]): Promise<void> {
  if (facts.length === 0) return;
  const { fresh, late } = await locking(ctx, facts, async (trx, kept) => {
    const added = await addFacts(trx, kept);
    await ctx.fault?.('before-facts-commit');
    return added;
  });
  ctx.metrics.factsStored(fresh);
  if (late > 0) ctx.wake.recounts();
  await ctx.fault?.('after-facts-commit');
}
