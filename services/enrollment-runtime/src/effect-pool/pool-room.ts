import type { Room } from '../runs/claim.ts';
import { limits, type PoolState } from './pool-state.ts';

/** With this many effects of a lane queued here, the lane is not claimed: other processes may have room. */
const maxQueuedOfLane = 200;
/**
 * With this many effects in flight, a claim takes at most `claimedThen` runs. Everything that a claim reads and writes
 * stays in memory until its commit, beside the effects in flight. Two slow destinations of one organization stay below
 * this number.
 */
const manyInFlight = 100;
const claimedThen = 300;
/**
 * Above this many queued effects, claim only for organizations whose queue is shorter than their concurrency limit, and
 * at most that limit per lane. A queued effect takes 6 KB.
 */
const maxQueued = 1_000;
/**
 * Above this many queued effects, claim nothing. It takes ten organizations with slow receivers to reach this number
 * and delay the others.
 */
const maxQueuedInAll = 10_000;

/** Returns how many runs may be claimed, and of which lanes; undefined when no run may be claimed. */
export function roomOf({ isStopping, queue, inFlight }: PoolState): Room | undefined {
  if (isStopping || queue.waiting() >= maxQueuedInAll) return undefined;
  const { perOrganization } = limits;
  return {
    busyLanes: queue.lanesWith(maxQueuedOfLane),
    ...(inFlight.size >= manyInFlight && { most: claimedThen }),
    ...(queue.waiting() >= maxQueued && {
      busyOrganizations: queue.organizationsWith(perOrganization),
      mostOfLane: perOrganization,
    }),
  };
}
