import type { Attempt } from './rows.ts';

/** The key by which Stripe knows a repeat of one request of an operation. Whoever asks for one is about to write. */
export function keyOf(attempt: Attempt, request: string): { idempotencyKey: string } {
  attempt.hasWritten = true;
  return { idempotencyKey: `drippulse:${attempt.key}:${attempt.generation}:${request}` };
}
