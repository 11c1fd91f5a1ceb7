import { createHash } from 'node:crypto';
import { DomainError } from '@drippulse/errors';
import { type LimiterStore, spend } from '@drippulse/service';

/** Counts attempts to log in. The gateway counts them by address as well. */
export type LoginLimits = {
  /** Throws `resource_exhausted` after 10 a minute for address and account together, or 100 an hour for the account. */
  check(address: string, username: string): Promise<void>;
};

export function createLoginLimits(store: LimiterStore): LoginLimits {
  const pair = store.fixed('login-pair', { points: 10, seconds: 60 });
  const account = store.fixed('login-account', { points: 100, seconds: 3600 });

  return {
    async check(address, username) {
      // Hashed, because people type passwords into the field of the user name, and because a long name costs memory.
      const name = createHash('sha256').update(username.toLowerCase()).digest('base64url');
      for (const [limiter, key] of [[pair, `${address} ${name}`] as const, [account, name] as const]) {
        const { isRefused, secondsLeft } = await spend(limiter, key);
        if (isRefused) {
          throw new DomainError('resource_exhausted', 'rate_limited', 'Too many attempts to log in.', {
            retryAfterSeconds: secondsLeft,
          });
        }
      }
    },
  };
}
