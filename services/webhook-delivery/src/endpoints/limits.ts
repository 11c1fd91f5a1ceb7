import { createLimiters } from '@drippulse/service';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts the requests to endpoints that have a rate: in Redis for all processes, or in this process. */
export type EndpointLimits = {
  /**
   * Takes up to `wanted` requests from the remaining requests of this second for a webhook. `waitMs` is the time until
   * more are available.
   */
  take(webhookId: bigint, perSecond: number, wanted: number): Promise<{ granted: number; waitMs: number }>;
  giveBack(webhookId: bigint, perSecond: number, unused: number): Promise<void>;
  stop(): Promise<void>;
};

export function createEndpointLimits(...where: Parameters<typeof createLimiters>): EndpointLimits {
  const store = createLimiters(...where);
  // One limiter for each different rate, up to a thousand limiters. The key in a limiter is the webhook.
  const limiters = new Map<number, RateLimiterAbstract>();
  function limiterOf(points: number): RateLimiterAbstract {
    const limiter = limiters.get(points) ?? store.fixed(`webhook:${points}`, { points, seconds: 1 });
    limiters.set(points, limiter);
    return limiter;
  }
  return {
    async take(webhookId, perSecond, wanted) {
      const limiter = limiterOf(perSecond);
      const key = String(webhookId);
      const left = await limiter.get(key);
      const granted = Math.min(wanted, left === null ? perSecond : Math.max(0, left.remainingPoints));
      if (granted === 0) return { granted, waitMs: waitOf(left) };
      return limiter.consume(key, granted).then(
        () => ({ granted, waitMs: 0 }),
        // Another process took the remaining requests between the two calls.
        (rejection: unknown) => {
          if (rejection instanceof RateLimiterRes) return { granted: 0, waitMs: waitOf(rejection) };
          throw rejection;
        },
      );
    },
    async giveBack(webhookId, perSecond, unused) {
      await limiterOf(perSecond).reward(String(webhookId), unused);
    },
    stop: store.stop,
  };
}

function waitOf(window: RateLimiterRes | null): number {
  return Math.max(1, window?.msBeforeNext ?? 1);
}
