import type { Attempt } from './rows.ts';

/** Returns the key by which Stripe recognizes a repeat of one request. Records that the attempt has written. */
export function keyOf(attempt: Attempt, request: string): { idempotencyKey: string } {
  attempt.hasWritten = true;
  return { idempotencyKey: `drippulse:${attempt.key}:${attempt.generation}:${request}` };
}
