import { DomainError } from '@drippulse/errors';
import { type LimiterStore, spend } from '@drippulse/service';

/** Counts look-ups of unknown credentials: 100 per minute for each network. */
export type LookupLimit = {
  /** Counts a look-up before it is made. Throws `resource_exhausted` when the network has used up its look-ups. */
  count(network: string): Promise<void>;
  /** Takes back the count of a look-up that found a credential, or that failed. */
  takeBack(network: string): Promise<void>;
};

export function createLookupLimit(store: LimiterStore): LookupLimit {
  const limiter = store.fixed('unknown-credentials', { points: 100, seconds: 60 });
  return {
    async count(network) {
      const { isRefused, secondsLeft } = await spend(limiter, network);
      if (!isRefused) return;
      throw new DomainError('resource_exhausted', 'rate_limited', 'Too many unknown credentials from this network.', {
        retryAfterSeconds: secondsLeft,
      });
    },
    async takeBack(network) {
      await limiter.reward(network);
    },
  };
}
