/** Allows a group of starts together, and then none for a pause. */
export type StartLimiter = {
  /** Returns the number that may start now. */
  room(): number;
  /** Returns the milliseconds until the next start; 0 when a start is possible now. */
  waitMs(): number;
  started(): void;
};

export function createStartLimiter(
  group: number,
  pauseMs: number,
  now: () => number = () => performance.now(),
): StartLimiter {
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
