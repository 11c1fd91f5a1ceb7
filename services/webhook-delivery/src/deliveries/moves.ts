import type { Attempt } from './attempt.ts';
import { retryDelayMs } from './schedule.ts';

/** The status of a delivery after an attempt. */
export type Move =
  | { status: 'delivered' | 'exhausted' | 'cancelled' }
  | { status: 'failed'; tries: number; dueAt: Date };

/**
 * Returns the move after an attempt. `tries` is the number of earlier attempts since the delivery was last queued;
 * `random` is from 0 to 1.
 */
export function moveAfter(attempt: Attempt, tries: number, now: Date, random: number): Move {
  if (attempt.error === undefined) return { status: 'delivered' };
  if (attempt.asks === 'abort') return { status: 'cancelled' };
  const { statusCode, retryAfter } = attempt;
  const delayMs = retryDelayMs({ tries: tries + 1, statusCode, retryAfter }, now, random);
  if (delayMs === undefined) return { status: 'exhausted' };
  return { status: 'failed', tries: tries + 1, dueAt: new Date(now.getTime() + delayMs) };
}
