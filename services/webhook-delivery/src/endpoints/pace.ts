/** A group of starts, then none for a while: what is due meanwhile waits for the next group. */
export type Pace = {
  /** How many may start now. */
  room(): number;
  /** Milliseconds until the next may start, 0 when it may now. */
  waitMs(): number;
  started(): void;
};

export function createPace(group: number, pauseMs: number, now: () => number = () => performance.now()): Pace {
  let pausedUntil = 0;
  const waitMs = () => Math.max(0, pausedUntil - now());
  return {
    waitMs,
    room: () => (waitMs() > 0 ? 0 : group),
    started() {
      pausedUntil = now() + pauseMs;
    },
  };
}
