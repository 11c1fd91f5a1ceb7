import type { Attempt } from './rows.ts';

/** The key by which Stripe recognizes a repeat of one request. Marks the attempt of the operation as one that wrote. */
export function keyOf(attempt: Attempt, request: string): { idempotencyKey: string } {
  attempt.hasWritten = true;
  return { idempotencyKey: `drippulse:${attempt.key}:${attempt.generation}:${request}` };
}
