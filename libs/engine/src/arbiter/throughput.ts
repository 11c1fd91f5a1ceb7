const minuteMs = 60_000;
/** Sends that are due within this period may leave together. */
const burstMs = 1_000;

/**
 * Spreads sends evenly over each minute. Returns the time at which a send may leave, and the earliest time of the
 * following send. `next` is the earliest time of this send, which the call for the previous send returned.
 */
export function takeSlot(next: number, perMinute: number, now: number): { at: number; next: number } {
  const at = Math.max(next, now - burstMs);
  return { at: Math.max(at, now), next: at + minuteMs / perMinute };
}
