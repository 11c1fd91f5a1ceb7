import { parseRetryAfter } from './retry-after.ts';

const secondsAfterTry = [0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];
const jitter = 0.2;
const longestRetryAfterSeconds = 24 * 3600;
/**
 * Minimum pause of an endpoint after a status that shows that the endpoint, or a proxy in front of it, is overloaded.
 */
const leastPauseSeconds: Record<number, number> = { 429: 60, 502: 5, 504: 5 };

/** Maximum number of attempts of a delivery, including the first one. */
export const maxTries = secondsAfterTry.length;

/** A failed attempt. `tries` is the number of attempts, including this one. */
export type FailedTry = { tries: number; statusCode: number | undefined; retryAfter: string | undefined };

/**
 * Returns the milliseconds from a failed attempt to the next: the gap of the schedule ±20 %, or the pause that the
 * endpoint asked for if that is longer (at most a day). Returns undefined when no attempts are left. `random` is from 0
 * to 1.
 */
export function retryDelayMs(failed: FailedTry, now: Date, random: number): number | undefined {
  const gapSeconds = secondsAfterTry[failed.tries];
  if (gapSeconds === undefined) return undefined;
  const scheduledSeconds = gapSeconds * (1 + jitter * (2 * random - 1));
  return Math.round(Math.max(scheduledSeconds, askedSeconds(failed, now)) * 1000);
}

/**
 * Returns the pause of the whole endpoint in milliseconds: after a 429 at least a minute, after a 502 or 504 at least 5
 * s, otherwise 0.
 */
export function backpressureMs(failed: FailedTry, now: Date): number {
  return leastPause(failed) === undefined ? 0 : askedSeconds(failed, now) * 1000;
}

function askedSeconds(failed: FailedTry, now: Date): number {
  const asked = Math.min(parseRetryAfter(failed.retryAfter, now) ?? 0, longestRetryAfterSeconds);
  return Math.max(asked, leastPause(failed) ?? 0);
}

function leastPause({ statusCode }: FailedTry): number | undefined {
  return statusCode === undefined ? undefined : leastPauseSeconds[statusCode];
}
