import type { Context } from '../context.ts';
import { attempt } from './attempt.ts';
import type { LeasedEffect } from './leased-effect.ts';
import type { PoolState } from './pool-state.ts';

/** Performs an effect in the background. `onLanded` is called at its end, with or without a result. */
export function performInFlight(ctx: Context, pool: PoolState, leased: LeasedEffect, onLanded: () => void): void {
  const ended = perform(ctx, pool, leased)
    .catch((error: unknown) => {
      // A bug of the platform. The lease ends, and the effect is claimed again.
      ctx.log.error({ err: error, effect_key: leased.effect.key }, 'effect abandoned');
      pool.known.delete(leased.effect.key);
    })
    .finally(() => {
      pool.inFlight.delete(leased);
      onLanded();
    });
  pool.inFlight.set(leased, ended);
}

async function perform(ctx: Context, pool: PoolState, leased: LeasedEffect): Promise<void> {
  await ctx.fault?.('before-send');
  const { result, durationMs } = await attempt(ctx, pool.permits, leased, pool.aborted.signal);
  await ctx.fault?.('after-send');
  // The result of an attempt that the stop of the process cut short cannot be trusted.
  if (pool.aborted.signal.aborted) return;
  pool.settled.push({ of: leased, effect: leased.effect, result, durationMs });
  pool.wake.commit();
}
