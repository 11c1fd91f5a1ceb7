/** The slowest sender that is waited for. */
const minBytesPerSecond = 16 << 10;

/**
 * Judges the sender of a body, from `startedAt` on. Call the function with each chunk: it is true when the sender was too slow
 * in the last window, which is as long as it may be silent. What it sent before is no credit, because it holds memory.
 */
export function createPace(startedAt: number, windowMs: number): (bytes: number, now: number) => boolean {
  let windowStart = startedAt;
  let sent = 0;
  return (bytes, now) => {
    sent += bytes;
    const elapsedMs = now - windowStart;
    if (elapsedMs < windowMs) return false;
    const isTooSlow = sent < (minBytesPerSecond * elapsedMs) / 1000;
    windowStart = now;
    sent = 0;
    return isTooSlow;
  };
}
