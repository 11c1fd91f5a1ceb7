/** So many starts in so many milliseconds, counted from the first of them. */
export type Pace = {
  /** How many may start now. */
  room(): number;
  /** Milliseconds until the next may start, 0 when it may now. */
  waitMs(): number;
  started(): void;
};

export function createPace(starts: number, periodMs: number, now: () => number = () => performance.now()): Pace {
  let begun = 0;
  let endsAt = 0;
  const room = () => (now() >= endsAt ? starts : starts - begun);
  return {
    room,
    waitMs: () => (room() > 0 ? 0 : endsAt - now()),
    started() {
      if (now() >= endsAt) {
        begun = 0;
        endsAt = now() + periodMs;
      }
      begun += 1;
    },
  };
}
