import type { Permits } from '../messaging/index.ts';
import type { Settled } from '../runs/claimed-run.ts';
import { createFairQueue, type FairQueue } from './fair-queue.ts';
import type { LeasedEffect } from './leased-effect.ts';

/** Limits of the effects in flight. */
export const limits = { total: 500, perOrganization: 50, perDestination: 40 };

/** The effects of a process, grouped by progress. */
export type PoolState = {
  permits: Permits;
  /** All effects of the process, by key. */
  known: Map<string, LeasedEffect>;
  /** Effects that wait until the limits allow them to start. */
  queue: FairQueue<LeasedEffect>;
  /** Effects that the limits allow to start, but whose leases must be confirmed first. */
  unconfirmed: LeasedEffect[];
  /** Effects in flight, each with a promise of its end, which never rejects. */
  inFlight: Map<LeasedEffect, Promise<void>>;
  /** Effects whose results are not committed. */
  settled: (Settled & { of: LeasedEffect })[];
  /** True once no further effect may start. */
  isStopping: boolean;
  /** Aborted when the effects in flight must end. */
  aborted: AbortController;
  /** Wakes the loops that confirm leases and commit results. */
  wake: { confirm(): void; commit(): void };
};

export function createPoolState(permits: Permits, wake: PoolState['wake']): PoolState {
  return {
    permits,
    known: new Map(),
    queue: createFairQueue(limits),
    unconfirmed: [],
    inFlight: new Map(),
    settled: [],
    isStopping: false,
    aborted: new AbortController(),
    wake,
  };
}
