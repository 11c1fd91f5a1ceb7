/** The slowest sender that is waited for, on average since it began. */
const minBytesPerSecond = 16 << 10;

/**
 * Whether the sender of a body is too slow. It may begin as late as it may be silent, and is then judged by all that it has
 * sent.
 */
export function isTooSlow(sent: { bytes: number; elapsedMs: number }, idleTimeoutMs: number): boolean {
  return sent.elapsedMs > idleTimeoutMs + (sent.bytes / minBytesPerSecond) * 1000;
}
