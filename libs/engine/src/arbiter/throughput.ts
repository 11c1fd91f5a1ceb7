const minuteMs = 60_000;
/** Sends of this time may leave together. */
const burstMs = 1_000;

/**
 * The time at which a send may leave when sends are spread evenly over each minute, and the time from which on the
 * following one may. `next` is that of the send before.
 */
export function takeSlot(next: number, perMinute: number, now: number): { at: number; next: number } {
  const at = Math.max(next, now - burstMs);
  return { at: Math.max(at, now), next: at + minuteMs / perMinute };
}
