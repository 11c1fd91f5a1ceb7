/** Lets a group start together, then nothing for a pause. */
export type Pace = {
  /** How many may start now. */
  room(): number;
  /** Milliseconds until the next start; 0 when one is possible now. */
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
