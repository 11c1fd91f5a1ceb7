import { createStartLimiter, type StartLimiter } from './start-limiter.ts';

const startingLimit = 2;
const largestLimit = 32;
const rememberedLanes = 10_000;
/**
 * Maximum number of deliveries to unproven endpoints that may start together. A pause follows, in which no such
 * delivery starts, so that other deliveries get their turn.
 */
const unprovenStarts = 16;
const unprovenPauseMs = 20;

/** One of the two lanes of a webhook: for events, or for tests and redeliveries (manual). */
export type LaneKey = { webhookId: bigint; isManual: boolean };

/** A delivery that starts, and the state of its endpoint. */
export type Starting = { lane: LaneKey; hasFailed: boolean; isProven: boolean };

/** Bounds the requests in flight of this process, in total and for each lane. */
export type Concurrency = {
  /** Returns the number of requests that may still start in total. */
  room(): number;
  /**
   * Returns how many requests this lane may still start. If its endpoint's last attempt failed, at most one may be in
   * flight.
   */
  roomFor(lane: LaneKey, hasFailed: boolean): number;
  /**
   * Limits starts at unproven endpoints, because hundreds of them may be due together. An endpoint is unproven if it
   * has had no success yet, or no success since a failure.
   */
  unproven: Pick<StartLimiter, 'room' | 'waitMs'>;
  started(delivery: Starting): void;
  ended(lane: LaneKey, isSuccess: boolean): void;
  /** Returns the lanes that may start nothing now. */
  fullLanes(): LaneKey[];
};

type Slots = { lane: LaneKey; inFlight: number; limit: number };

/**
 * Creates the limits. The limit of a lane starts at 2 requests in flight, doubles with each success up to 32 and drops
 * to 1 with a failure. Because of this, endpoints that hang occupy few places of the process.
 */
export function createConcurrency(
  max: number,
  unproven = createStartLimiter(unprovenStarts, unprovenPauseMs),
): Concurrency {
  const lanes = new Map<string, Slots>();
  let total = 0;

  function slotsOf(lane: LaneKey): Slots {
    return lanes.get(keyOf(lane)) ?? { lane, inFlight: 0, limit: startingLimit };
  }

  return {
    room: () => max - total,
    roomFor(lane, hasFailed) {
      const { inFlight, limit } = slotsOf(lane);
      return Math.max(0, (hasFailed ? 1 : limit) - inFlight);
    },
    unproven,
    started({ lane, hasFailed, isProven }) {
      if (!isProven) unproven.started();
      const slots = slotsOf(lane);
      slots.inFlight += 1;
      if (hasFailed) slots.limit = 1;
      total += 1;
      if (lanes.size >= rememberedLanes) forgetIdle(lanes);
      lanes.set(keyOf(lane), slots);
    },
    ended(lane, isSuccess) {
      const slots = slotsOf(lane);
      slots.inFlight -= 1;
      slots.limit = isSuccess ? Math.min(slots.limit * 2, largestLimit) : 1;
      total -= 1;
    },
    fullLanes: () => [...lanes.values()].filter(({ inFlight, limit }) => inFlight >= limit).map(({ lane }) => lane),
  };
}

function forgetIdle(lanes: Map<string, Slots>): void {
  for (const [key, { inFlight }] of lanes) if (inFlight === 0) lanes.delete(key);
}

function keyOf({ webhookId, isManual }: LaneKey): string {
  return `${webhookId}:${isManual}`;
}
