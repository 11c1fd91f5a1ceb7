import { setTimeout as sleep } from 'node:timers/promises';
import { startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { Permits } from '../messaging/index.ts';
import type { Room } from '../runs/claim.ts';
import type { HandedOut } from '../runs/claimed-run.ts';
import { commitResults } from './commit-results.ts';
import type { LeasedEffect } from './leased-effect.ts';
import { giveBack, renewLeases } from './leases.ts';
import { roomOf } from './pool-room.ts';
import { createPoolState, type PoolState } from './pool-state.ts';
import { addEffects, startConfirmed } from './start-effects.ts';

/** Results are gathered for this long before they are committed together. */
const gatherMs = 2;
/**
 * Pause after a failed commit of results before the next try. The results are kept, and so are the leases of their
 * runs.
 */
const stuckPauseMs = 1_000;
const stopWithinMs = 10_000;

/** Performs the effects of this process, a bounded number at a time, and moves their runs on with the results. */
export type EffectPool = {
  /**
   * Adds effects whose runs this process has leased. `leasedAt` is the time by the process's clock before the runs were
   * committed or claimed.
   */
  add(handedOut: readonly HandedOut[], leasedAt: number): void;
  /** Returns how many runs may be claimed, and of which lanes; undefined when no run may be claimed. */
  room(): Room | undefined;
  /** Starts nothing more, waits for the effects in flight, commits their results and gives the remaining runs back. */
  stop(): Promise<void>;
};

export function createEffectPool(ctx: Context, permits: Permits): EffectPool {
  const pool = createPoolState(permits, { confirm: () => confirming.wake(), commit: () => committing.wake() });
  const confirming = startLoop({ name: 'start effects', log: ctx.log, run: () => startConfirmed(ctx, pool) });
  const committing = startLoop({
    name: 'commit results',
    log: ctx.log,
    async run() {
      if (pool.settled.length === 0) return undefined;
      await sleep(gatherMs);
      const stuck = await commitResults(ctx, pool);
      return pool.settled.length > stuck ? 0 : stuckPauseMs;
    },
  });
  const renewing = startLoop({
    name: 'renew leases',
    log: ctx.log,
    maxIdleMs: ctx.config.leaseMs / 3,
    run: () => renewOld(ctx, pool),
  });
  return {
    add: (handedOut, leasedAt) => addEffects(ctx, pool, { handedOut, leasedAt }),
    room: () => roomOf(pool),
    async stop() {
      pool.isStopping = true;
      await confirming.stop();
      await land(pool);
      await committing.stop();
      for (let stuck = 0; pool.settled.length > stuck; ) stuck = await commitResults(ctx, pool);
      await renewing.stop();
      const others = [...pool.queue.clear(), ...pool.unconfirmed];
      await giveBack(
        ctx,
        others.map((leased) => leased.run),
      );
    },
  };
}

/**
 * Renews the leases of effects in flight and of uncommitted results, before the leases end. Returns the time until the
 * next try, if some leases could not be renewed.
 */
async function renewOld(ctx: Context, { inFlight, settled }: PoolState): Promise<number | undefined> {
  const { leaseMs } = ctx.config;
  const old = [...inFlight.keys(), ...settled.map(({ of }) => of)].filter(
    (leased) => performance.now() - leased.leasedAt > leaseMs / 4,
  );
  if (old.length === 0) return undefined;
  const leasedAt = performance.now();
  const renewed = await renewLeases(
    ctx,
    old.map((leased) => leased.run),
  );
  const isRenewed = (leased: LeasedEffect) => renewed.has(leased.run.identity.id);
  for (const leased of old.filter(isRenewed)) leased.leasedAt = leasedAt;
  return old.every(isRenewed) ? undefined : leaseMs / 12;
}

/** Waits for the effects in flight, and aborts them when they take too long. */
async function land({ inFlight, aborted }: PoolState): Promise<void> {
  const grace = new AbortController();
  await Promise.race([Promise.all(inFlight.values()), sleep(stopWithinMs, undefined, { signal: grace.signal })]);
  grace.abort();
  aborted.abort();
  await Promise.all(inFlight.values());
}
