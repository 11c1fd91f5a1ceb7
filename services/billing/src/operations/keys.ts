import type { Attempt } from './rows.ts';

/**
 * The key by which Stripe recognizes a repeat of one request of an operation. Marks the attempt as one that has
 * written.
 */
export function keyOf(attempt: Attempt, request: string): { idempotencyKey: string } {
  attempt.hasWritten = true;
  return { idempotencyKey: `drippulse:${attempt.key}:${attempt.generation}:${request}` };
}
