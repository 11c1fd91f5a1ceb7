/** How long a reader may take for an answer while others wait, and from when on it is judged. */
const readingSeconds = 30;
const firstSeconds = 10;

/**
 * The bytes by which the reader of an answer is behind a pace that ends it in 30 s, after the seconds that it has had;
 * none in the first ten. Who holds more of what others wait for has to be quicker: 70 KiB a second do for 2 MiB.
 */
export function bytesBehind({ bytes, taken, seconds }: { bytes: number; taken: number; seconds: number }): number {
  return seconds < firstSeconds ? 0 : Math.max(0, (bytes * seconds) / readingSeconds - taken);
}

/** The slowest sender that is waited for. */
const minBytesPerSecond = 16 << 10;

/**
 * Judges the sender of a body, from `startedAt` on. Call the function with each chunk: it is true when the sender was
 * too slow in the last window, which is as long as it may be silent. What it sent before is no credit, because it holds
 * memory.
 */
export function createSenderWatch(startedAt: number, windowMs: number): (bytes: number, now: number) => boolean {
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
