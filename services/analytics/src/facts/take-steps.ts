import type { Context } from '../context.ts';
import { addSteps } from './add-steps.ts';
import { locking } from './locking.ts';
import type { StepFact } from './step-fact.ts';

/** Stores counts of steps, and adds them to the sums, in one transaction. A repeated event is counted once. */
export async function takeSteps(ctx: Context, facts: readonly StepFact[]): Promise<void> {
  if (facts.length === 0) return;
  await locking(ctx, facts, async (trx, kept) => {
    await addSteps(trx, kept);
    await ctx.fault?.('before-facts-commit');
  });
  await ctx.fault?.('after-facts-commit');
}
