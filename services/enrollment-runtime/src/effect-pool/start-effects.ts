import type { Context } from '../context.ts';
import { trustedMs } from '../effects/attempt-ends.ts';
import type { HandedOut } from '../runs/claimed-run.ts';
import { type LeasedEffect, leasedEffect } from './leased-effect.ts';
import { confirmLeases } from './leases.ts';
import { performInFlight } from './perform-in-flight.ts';
import type { PoolState } from './pool-state.ts';

/** When at least this many results are uncommitted, no effect is started. */
const maxUncommitted = 1_000;
/**
 * Adds effects whose runs this process has leased. `leasedAt` is the time by the process's clock before the runs were
 * committed or claimed.
 */
export function addEffects(
  ctx: Context,
  pool: PoolState,
  { handedOut, leasedAt }: { handedOut: readonly HandedOut[]; leasedAt: number },
): void {
  for (const one of handedOut) {
    const same = pool.known.get(one.effect.key);
    if (same) {
      // The earlier lease of this effect ended while the effect waited or was in flight here. The new claim replaces
      // that lease, and nothing is sent twice.
      same.run = one.run;
      continue;
    }
    const leased = leasedEffect(one, leasedAt);
    pool.known.set(one.effect.key, leased);
    pool.queue.add(leased);
  }
  startEffects(ctx, pool);
}

/** Starts all effects that may start. */
function startEffects(ctx: Context, pool: PoolState): void {
  while (!pool.isStopping && pool.settled.length < maxUncommitted) {
    const leased = pool.queue.take();
    if (leased === undefined) break;
    if (performance.now() - leased.leasedAt < Math.min(trustedMs, ctx.config.leaseMs / 3)) start(ctx, pool, leased);
    else pool.unconfirmed.push(leased);
  }
  if (pool.unconfirmed.length > 0) pool.wake.confirm();
  ctx.metrics.effectsInFlight(pool.inFlight.size);
}

/** Starts the effects whose leases had to be confirmed, and drops the effects whose leases are lost. */
export async function startConfirmed(ctx: Context, pool: PoolState): Promise<number | undefined> {
  const batch = pool.unconfirmed.splice(0);
  if (batch.length === 0) return undefined;
  const refused = new Set(batch);
  try {
    await ctx.fault?.('before-start');
    const leasedAt = performance.now();
    const confirmed = await confirmLeases(
      ctx,
      batch.map((leased) => leased.run),
    );
    for (const leased of batch) {
      if (!confirmed.has(leased.run.identity.id)) continue;
      refused.delete(leased);
      start(ctx, pool, Object.assign(leased, { leasedAt }));
    }
  } finally {
    for (const leased of refused) {
      pool.known.delete(leased.effect.key);
      pool.queue.done(leased);
    }
    startEffects(ctx, pool);
  }
  return 0;
}

function start(ctx: Context, pool: PoolState, leased: LeasedEffect): void {
  performInFlight(ctx, pool, leased, () => {
    pool.queue.done(leased);
    startEffects(ctx, pool);
  });
}
