import type { Attempt } from './rows.ts';

/**
 * Returns the key by which Stripe recognizes a repeat of one request. Also marks the attempt as one that has written to
 * Stripe.
 */
export function keyOf(attempt: Attempt, request: string): { idempotencyKey: string } {
  attempt.hasWritten = true;
  return { idempotencyKey: `drippulse:${attempt.key}:${attempt.generation}:${request}` };
}
