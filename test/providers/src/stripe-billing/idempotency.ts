import { StripeRefusal } from './routes.ts';

export type Answer = { status: number; body: unknown };

type Stored = { fingerprint: string; answer: Answer | undefined };

/**
 * Creates a store of idempotency keys that behaves like Stripe's. A repeat gets the first response, even if that was a
 * failure of Stripe. A repeat with different parameters is refused.
 */
export function createIdempotency() {
  const keys = new Map<string, Stored>();
  return {
    async once(key: string | undefined, fingerprint: string, run: () => Promise<Answer>): Promise<Answer> {
      if (key === undefined) return run();
      const stored = keys.get(key);
      if (stored === undefined) {
        const made: Stored = { fingerprint, answer: undefined };
        keys.set(key, made);
        made.answer = await run();
        // A request that was refused before it began may be sent again with the same key.
        if (made.answer.status === 400 || made.answer.status === 404) keys.delete(key);
        return made.answer;
      }
      if (stored.fingerprint !== fingerprint) {
        const message =
          'Keys for idempotent requests can only be used with the same parameters they were first used with.';
        throw new StripeRefusal(400, { type: 'idempotency_error', message });
      }
      if (stored.answer === undefined) {
        const message = 'There is currently another in-progress request using this Stripe-Idempotent-Key.';
        throw new StripeRefusal(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
      }
      return stored.answer;
    },
  };
}
