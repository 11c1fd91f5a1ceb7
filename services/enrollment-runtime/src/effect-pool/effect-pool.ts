import { setTimeout as sleep } from 'node:timers/promises';
import { startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { Room } from '../runs/claim.ts';
import type { Settled } from '../runs/claimed-run.ts';
import { moveApart } from '../runs/move-apart.ts';
import type { HandedOut } from '../runs/move-runs.ts';
import { attempt } from './attempt.ts';
import { createFairQueue } from './fair-queue.ts';
import { type HeldEffect, heldEffect } from './held-effect.ts';
import { giveBack, holdToStart, renewLeases } from './leases.ts';

const limits = { total: 500, perOrganization: 50, perDestination: 40 };
/** More of a lane is not claimed while so many wait here: other processes may have room. */
const maxWaitingInLane = 200;
/**
 * With so many effects out, a claim takes no more runs than this. All that it reads and writes lives until it is committed,
 * next to what is out: with a thousand a process holds 25 MB more, and takes no less CPU for an effect. Two destinations
 * that are slow do not come to so many.
 */
const manyOut = 100;
const mostClaimed = 300;
/**
 * While so many wait in all, more is claimed only for organizations that have less waiting than they may have out, and of
 * each of their lanes no more than they may have out: one effect that waits here is 6 KB.
 */
const maxWaiting = 1_000;
/** While so many wait, nothing is claimed. It takes ten organizations whose receivers are slow to hold up the others. */
const maxHeld = 10_000;
/** Results of one commit. While so many wait for theirs, nothing new is started. */
const commitResults = 500;
const maxUncommitted = 1_000;
const gatherMs = 2;
/** Results that could not be committed are kept, with their leases, and tried again after this. */
const stuckPauseMs = 1_000;
/** A pause is obeyed within 2 s: what was seen running longer ago than this is looked at again before it starts. */
export const trustedMs = 1_000;
const stopWithinMs = 10_000;

/** Performs the effects of this process, a bounded number at a time, and moves their runs on by the results. */
export type EffectPool = {
  /** Effects whose runs this process holds; `heldSince` is the process's clock before they were committed or claimed. */
  add(handedOut: readonly HandedOut[], heldSince: number): void;
  /** What may be claimed; undefined when nothing may. */
  room(): Room | undefined;
  /** Starts nothing more, waits for what is in flight, commits its results and gives the rest back. */
  stop(): Promise<void>;
};

export function createEffectPool(ctx: Context): EffectPool {
  const queue = createFairQueue<HeldEffect>(limits);
  /** All that wait, fly or have a result that is not committed, by effect key. */
  const known = new Map<string, HeldEffect>();
  const flying = new Set<HeldEffect>();
  const flights = new Set<Promise<void>>();
  const toStart: HeldEffect[] = [];
  const settled: (Settled & { held: HeldEffect })[] = [];
  const aborted = new AbortController();
  let isStopping = false;

  function add(handedOut: readonly HandedOut[], heldSince: number): void {
    for (const one of handedOut) {
      const same = known.get(one.effect.key);
      if (same) {
        // Its lease ended while it waited or flew here: the new claim stands for it, nothing is sent a second time.
        same.run = one.run;
        continue;
      }
      const held = heldEffect(one, heldSince);
      known.set(one.effect.key, held);
      queue.add(held);
    }
    pump();
  }

  function room(): Room | undefined {
    if (isStopping || queue.waiting() >= maxHeld) return undefined;
    const { perOrganization } = limits;
    return {
      busyLanes: queue.lanesWith(maxWaitingInLane),
      ...(flying.size >= manyOut && { most: mostClaimed }),
      ...(queue.waiting() >= maxWaiting && {
        busyOrganizations: queue.organizationsWith(perOrganization),
        mostOfLane: perOrganization,
      }),
    };
  }

  function pump(): void {
    while (!isStopping && settled.length < maxUncommitted) {
      const held = queue.take();
      if (held === undefined) break;
      if (performance.now() - held.heldSince < Math.min(trustedMs, ctx.config.leaseMs / 3)) fly(held);
      else toStart.push(held);
    }
    if (toStart.length > 0) starting.wake();
    ctx.metrics.effectsInFlight(flying.size);
  }

  const starting = startLoop({
    name: 'start effects',
    log: ctx.log,
    async run() {
      const batch = toStart.splice(0);
      if (batch.length === 0) return undefined;
      const refused = new Set(batch);
      try {
        await ctx.fault?.('before-start');
        const heldSince = performance.now();
        const started = await holdToStart(
          ctx,
          batch.map((held) => held.run),
        );
        for (const held of batch) {
          if (!started.has(held.run.identity.id)) continue;
          refused.delete(held);
          fly(Object.assign(held, { heldSince }));
        }
      } finally {
        for (const held of refused) {
          known.delete(held.effect.key);
          queue.done(held);
        }
        pump();
      }
      return 0;
    },
  });

  function fly(held: HeldEffect): void {
    flying.add(held);
    const flight = perform(held)
      .catch((error: unknown) => {
        // Not for what the other side did: its lease will end, and the effect is claimed again.
        ctx.log.error({ err: error, effect_key: held.effect.key }, 'effect abandoned');
        known.delete(held.effect.key);
      })
      .finally(() => {
        flights.delete(flight);
        flying.delete(held);
        queue.done(held);
        pump();
      });
    flights.add(flight);
  }

  async function perform(held: HeldEffect): Promise<void> {
    await ctx.fault?.('before-send');
    const { result, durationMs } = await attempt(ctx, held, aborted.signal);
    await ctx.fault?.('after-send');
    // What the stop cut short has no result that could be trusted.
    if (aborted.signal.aborted) return;
    settled.push({ held, effect: held.effect, result, durationMs });
    committing.wake();
  }

  const committing = startLoop({
    name: 'commit results',
    log: ctx.log,
    async run() {
      if (settled.length === 0) return undefined;
      await sleep(gatherMs);
      const stuck = await commitSettled();
      return settled.length > stuck ? 0 : stuckPauseMs;
    },
  });

  /** Answers how many results could not be committed. */
  async function commitSettled(): Promise<number> {
    const batch = settled.slice(0, commitResults);
    const heldSince = performance.now();
    const works = batch.map(({ held, ...one }) => ({ run: held.run, settled: one }));
    const moved = await moveApart(ctx, works, 'results');
    const stuck = new Set(moved.stuck.map((work) => work.settled));
    settled.splice(0, batch.length);
    for (const [index, one] of batch.entries()) {
      if (stuck.has(works[index]?.settled)) settled.push(one);
      else known.delete(one.held.effect.key);
    }
    add(moved.handedOut, heldSince);
    ctx.wake.advance();
    return stuck.size;
  }

  const renewing = startLoop({
    name: 'renew leases',
    log: ctx.log,
    maxIdleMs: ctx.config.leaseMs / 3,
    async run() {
      const due = [...flying, ...settled.map(({ held }) => held)].filter(
        (held) => performance.now() - held.heldSince > ctx.config.leaseMs / 4,
      );
      if (due.length === 0) return undefined;
      const heldSince = performance.now();
      await renewLeases(
        ctx,
        due.map((held) => held.run),
      );
      for (const held of due) held.heldSince = heldSince;
      return undefined;
    },
  });

  return {
    add,
    room,
    async stop() {
      isStopping = true;
      await starting.stop();
      const grace = new AbortController();
      await Promise.race([Promise.all(flights), sleep(stopWithinMs, undefined, { signal: grace.signal })]);
      grace.abort();
      aborted.abort();
      await Promise.all(flights);
      await committing.stop();
      for (let stuck = 0; settled.length > stuck; ) stuck = await commitSettled();
      await renewing.stop();
      await giveBack(
        ctx,
        [...queue.clear(), ...toStart].map((held) => held.run),
      );
    },
  };
}
