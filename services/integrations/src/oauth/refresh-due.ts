const leastMarginMs = 300_000;

/**
 * Returns the time from which an access token is refreshed. The margin before the end of the token is a fifth of its
 * lifetime, but at least five minutes. It is lengthened by up to a fifth (`spread` from 0 to 1), so that connections
 * made at the same moment are refreshed at different times. The margin is at most half of the lifetime.
 */
export function refreshDueAt(o: { issuedAt: Date; expiresAt: Date; spread: number }): Date {
  const lifeMs = Math.max(0, o.expiresAt.getTime() - o.issuedAt.getTime());
  const marginMs = Math.max(leastMarginMs, lifeMs / 5) * (1 + o.spread / 5);
  return new Date(o.expiresAt.getTime() - Math.min(marginMs, lifeMs / 2));
}

/** Returns a number from 0 to 1 that is constant for one version of a connection. */
export function spreadOf({ id, version }: { id: bigint; version: bigint }): number {
  return Number((id * 7_919n + version * 104_729n) % 1_000n) / 1_000;
}

const firstPauseMs = 5_000;
const longestPauseMs = 600_000;

/** Returns the pause after consecutive failed refreshes. `random`, from 0 to 1, shortens the pause by up to half. */
export function refreshPauseMs(failures: number, random: number): number {
  return Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs) * (0.5 + random / 2);
}
