import type { Room } from '../runs/claim.ts';
import { limits, type PoolState } from './pool-state.ts';

/**
 * When at least this many effects of a lane are queued here, the lane's runs are not claimed, because other processes
 * may have room.
 */
const maxQueuedOfLane = 200;
/**
 * When at least this many effects are in flight, a claim takes at most `claimedThen` runs. Everything that a claim
 * reads and writes stays in memory until its commit, in addition to the effects in flight. Two slow destinations of one
 * organization stay below this number.
 */
const manyInFlight = 100;
const claimedThen = 300;
/**
 * When at least this many effects are queued, runs are claimed only for organizations whose queue is shorter than their
 * concurrency limit, and at most that limit per lane. A queued effect takes 6 KB.
 */
const maxQueued = 1_000;
/**
 * When at least this many effects are queued, no runs are claimed. It takes ten organizations with slow receivers to
 * reach this number and delay other organizations.
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
