import { createPace, type Pace } from './pace.ts';

const startingLimit = 2;
const largestLimit = 32;
const rememberedLanes = 10_000;
/** Few enough, and far enough apart, that what is due at other endpoints meanwhile finds the process free. */
const unprovenStarts = 16;
const unprovenPauseMs = 20;

/** A lane of a webhook: that of events, or that of tests and redeliveries. */
export type LaneKey = { webhookId: bigint; isManual: boolean };

/** A delivery that starts, and what is known of its endpoint. */
export type Starting = { lane: LaneKey; hasFailed: boolean; isProven: boolean };

/** Bounds the requests that are under way in this process, in all and for each lane. */
export type Concurrency = {
  /** How many more may start in all. */
  room(): number;
  /** How many more this lane may start. One whose endpoint answered its last request with a failure gets one in all. */
  roomFor(lane: LaneKey, hasFailed: boolean): number;
  /** Of the starts at endpoints that have yet to succeed, for the first time or again: hundreds may be due together. */
  unproven: Pick<Pace, 'room' | 'waitMs'>;
  started(delivery: Starting): void;
  ended(lane: LaneKey, isSuccess: boolean): void;
  /** Lanes that may start nothing now. */
  fullLanes(): LaneKey[];
};

type Slots = { lane: LaneKey; inFlight: number; limit: number };

/**
 * A lane begins with two places, doubles them with each success up to 32 and falls back to one with a failure: endpoints
 * that hang hold few of the places that there are in all.
 */
export function createConcurrency(max: number, unproven = createPace(unprovenStarts, unprovenPauseMs)): Concurrency {
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
