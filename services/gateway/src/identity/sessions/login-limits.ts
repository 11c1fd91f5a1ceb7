import { createHash } from 'node:crypto';
import { DomainError } from '@drippulse/errors';
import { type Limiter, type LimiterStore, spend } from '@drippulse/service';

/** Limits attempts to log in, per pair of user name and network. The gateway limits attempts per network alone. */
export type LoginLimits = {
  /** Counts an attempt. Throws `resource_exhausted` after 10 per minute for a name from one network. */
  count(attempt: Attempt): Promise<void>;
  /**
   * Counts an attempt from a network from which the user has never logged in. After 100 such attempts per hour for a
   * name, each such network has one attempt per minute, and further attempts throw `resource_exhausted`. Thus guesses
   * by strangers slow down other strangers, while the user can log in from any known network.
   */
  countStranger(attempt: Attempt): Promise<void>;
};

type Attempt = { network: string; username: string };

export function createLoginLimits(store: LimiterStore): LoginLimits {
  const ofPair = store.fixed('login-pair', { points: 10, seconds: 60 });
  const ofStrangers = store.fixed('login-strangers', { points: 100, seconds: 3600 });
  const ofSlowPair = store.fixed('login-slow-pair', { points: 1, seconds: 60 });

  return {
    async count({ network, username }) {
      await spendOrRefuse(ofPair, `${network} ${hashName(username)}`);
    },
    async countStranger({ network, username }) {
      const name = hashName(username);
      const { isRefused } = await spend(ofStrangers, name);
      if (isRefused) await spendOrRefuse(ofSlowPair, `${network} ${name}`);
    },
  };
}

async function spendOrRefuse(limiter: Limiter, key: string): Promise<void> {
  const { isRefused, secondsLeft } = await spend(limiter, key);
  if (!isRefused) return;
  throw new DomainError('resource_exhausted', 'rate_limited', 'Too many attempts to log in.', {
    retryAfterSeconds: secondsLeft,
  });
}

/** Hashes a user name, because people enter passwords into the field of the user name. */
function hashName(username: string): string {
  return createHash('sha256').update(username).digest('base64url');
}
