/**
 * Times in seconds. `readingSeconds` is the time within which a reader must read a response while other readers wait.
 * `firstSeconds` is the time at the beginning for which a reader is not judged.
 */
const readingSeconds = 30;
const firstSeconds = 10;

/**
 * Returns the number of bytes by which a reader is behind the pace that finishes its response in 30 s. Returns 0 in the
 * first ten seconds. A larger response must be read faster: 70 KiB per second are enough for 2 MiB.
 */
export function bytesBehind({ bytes, taken, seconds }: { bytes: number; taken: number; seconds: number }): number {
  return seconds < firstSeconds ? 0 : Math.max(0, (bytes * seconds) / readingSeconds - taken);
}

/** Minimum rate of a sender. */
const minBytesPerSecond = 16 << 10;

/**
 * Judges the speed of a body's sender, beginning at `startedAt`. Call the returned function with each chunk: it returns
 * true when the sender was too slow in the last window, which is as long as the sender may be silent. Only bytes of
 * this window count, because a body occupies memory until its end, however fast its sender was before.
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
