import { parseRetryAfter } from './retry-after.ts';

const secondsAfterTry = [0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];
const jitter = 0.2;
const longestRetryAfterSeconds = 24 * 3600;
const leastAfter429Seconds = 60;

/** How often a delivery is tried, the first time included. */
export const maxTries = secondsAfterTry.length;

/** A try that failed; `tries` counts it. */
export type FailedTry = { tries: number; statusCode: number | undefined; retryAfter: string | undefined };

/**
 * Milliseconds from a failed try to the next: the gap of the schedule ±20 %, or what the endpoint asked for when that is
 * later (a day at most). Undefined when the tries are used up. `random` is from 0 to 1.
 */
export function retryDelayMs(failed: FailedTry, now: Date, random: number): number | undefined {
  const gapSeconds = secondsAfterTry[failed.tries];
  if (gapSeconds === undefined) return undefined;
  const scheduledSeconds = gapSeconds * (1 + jitter * (2 * random - 1));
  return Math.round(Math.max(scheduledSeconds, askedSeconds(failed, now)) * 1000);
}

/** How long the whole endpoint asks to be left alone: after a 429 at least a minute, otherwise not at all. */
export function backpressureMs(failed: FailedTry, now: Date): number {
  return failed.statusCode === 429 ? askedSeconds(failed, now) * 1000 : 0;
}

function askedSeconds({ statusCode, retryAfter }: FailedTry, now: Date): number {
  const asked = Math.min(parseRetryAfter(retryAfter, now) ?? 0, longestRetryAfterSeconds);
  return statusCode === 429 ? Math.max(asked, leastAfter429Seconds) : asked;
}
