import type { Provider, ProviderRequest, RateLimit } from '@drippulse/providers';
import { createLimiters, type LimiterStore, spend } from '@drippulse/service';

/**
 * Priority of requests. Steps have the priority `live` and may use the whole rate of an account. Imports have the
 * priority `bulk` and may use half of it.
 */
export type Priority = 'live' | 'bulk';

/** An account at a provider. The requests of all its connections are counted together. */
export type LimitedAccount = { provider: Provider; account: string };

/** The rate limits of accounts, shared by all processes of the service. */
export type AccountLimits = {
  /**
   * Counts a request against the limits of the account. Returns undefined if the request may be sent, or else the
   * milliseconds until a request may be allowed.
   */
  take(of: LimitedAccount, request: ProviderRequest, priority: Priority): Promise<number | undefined>;
  /** Pauses the requests of all processes for the account. */
  block(of: LimitedAccount, pauseMs: number): Promise<void>;
  stop(): Promise<void>;
};

/** Maximum pause in milliseconds that a provider's answer can cause. */
const longestBlockMs = 24 * 3_600_000;
/** The rate of the limiter that pauses accounts. It is too high to limit any requests. */
const unbounded = { points: 1_000_000_000, seconds: 1 };

export function createAccountLimits(...where: Parameters<typeof createLimiters>): AccountLimits {
  const store = createLimiters(...where);
  const gate = store.fixed('provider-pause', unbounded);
  const limiterOf = createFixedLimiters(store);
  return {
    async take({ provider, account }, request, priority) {
      const key = `${provider.key}:${account}`;
      const asked = provider.limits.flatMap((limit, index) =>
        limit.counts?.(request) === false ? [] : limitersOf(`provider-${provider.key}-${index}`, limit, priority),
      );
      for (const limiter of [gate, ...asked.map(({ name, limit }) => limiterOf(name, limit))]) {
        const { isRefused, secondsLeft } = await spend(limiter, key);
        if (isRefused) return secondsLeft * 1_000;
      }
      return undefined;
    },
    async block({ provider, account }, pauseMs) {
      const seconds = Math.ceil(Math.min(Math.max(pauseMs, 1_000), longestBlockMs) / 1_000);
      await gate.block(`${provider.key}:${account}`, seconds);
    },
    stop: store.stop,
  };
}

/**
 * Returns the limiters of a request. The bulk limiter comes first, so that a request that it refuses is not counted by
 * the live limiter.
 */
function limitersOf(name: string, limit: RateLimit, priority: Priority): { name: string; limit: RateLimit }[] {
  const whole = { name, limit };
  const half = { name: `${name}-bulk`, limit: { ...limit, points: Math.max(1, Math.floor(limit.points / 2)) } };
  return priority === 'live' ? [whole] : [half, whole];
}

/** Creates one limiter for each rate, on first use. The keys of a limiter are accounts. */
function createFixedLimiters(store: LimiterStore) {
  const made = new Map<string, ReturnType<LimiterStore['fixed']>>();
  return (name: string, { points, seconds }: RateLimit) => {
    const limiter = made.get(name) ?? store.fixed(name, { points, seconds });
    made.set(name, limiter);
    return limiter;
  };
}
