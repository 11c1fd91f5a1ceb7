import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { EffectPool } from '../effect-pool/effect-pool.ts';
import { claim, claimRuns } from '../runs/claim.ts';
import { loadEffects } from '../runs/load-effects.ts';
import { moveApart } from '../runs/move-apart.ts';

/**
 * Fraction of a claim's limit. A claim with at least this share of its maximum number of runs wakes the second worker,
 * which computes while the first commits.
 */
const muchOf = 0.5;
/** Delay before a retry for due lanes that other workers have locked. */
const contendedMs = 5;

/** Claims due runs and moves them until it is stopped. */
export function startAdvance(ctx: Context, pool: EffectPool): Loop {
  const first = startLoop({ name: 'advance', log: ctx.log, run: () => advanceBatch(ctx, pool, () => second.wake()) });
  // The first worker wakes this second one.
  const second = startLoop({
    name: 'advance more',
    log: ctx.log,
    maxIdleMs: 60_000,
    run: () => advanceBatch(ctx, pool),
  });
  return {
    wake: first.wake,
    async stop() {
      await Promise.all([first.stop(), second.stop()]);
    },
  };
}

async function advanceBatch(ctx: Context, pool: EffectPool, onMuch?: () => void): Promise<number | undefined> {
  const room = pool.room();
  if (room === undefined) return undefined;
  const leasedAt = performance.now();
  const claimed = await claim(ctx, room);
  if (!claimed.more) return claimed.nextWakeMs === undefined ? undefined : Math.max(claimed.nextWakeMs, contendedMs);
  if (claimed.runs.length >= muchOf * (room.most ?? claimRuns)) onMuch?.();
  await ctx.fault?.('after-claim');
  const { works, toPerform } = await loadEffects(ctx, claimed.runs);
  // These effects were claimed again, after earlier claims. Their leases are confirmed before they start.
  pool.add(toPerform, Number.NEGATIVE_INFINITY);
  if (works.length > 0) pool.add((await moveApart(ctx, works, 'moves')).handedOut, leasedAt);
  return 0;
}
