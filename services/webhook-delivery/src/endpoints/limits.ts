import type { Logger } from '@drippulse/observability';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { createClient } from 'redis';

/** Counts the requests to endpoints that have a rate: in Redis for all processes, or in this one. */
export type EndpointLimits = {
  /** Takes up to `wanted` of what this second has left for a webhook; `waitMs` is how long until there is more. */
  take(webhookId: bigint, perSecond: number, wanted: number): Promise<{ granted: number; waitMs: number }>;
  giveBack(webhookId: bigint, perSecond: number, unused: number): Promise<void>;
  stop(): Promise<void>;
};

/** Rates that Redis can't count within this time are counted here: a limit must not cost deliveries. */
const redisTimeoutMs = 250;

export function createMemoryLimits(): EndpointLimits {
  return limitsOf(memoryLimiter, async () => undefined);
}

/** Connects in the background: until Redis is there, and whenever it is away, each process counts its own. */
export function createRedisLimits(
  url: string,
  { log, onAway }: { log: Logger; onAway(isAway: boolean): void },
): EndpointLimits {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: redisTimeoutMs },
    socket: { connectTimeout: 2000, reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, 2000) },
  });
  let isAway = false;
  client.on('error', (error) => {
    if (!isAway) log.warn({ err: error }, 'Redis is away: rates of endpoints are counted in this process');
    isAway = true;
    onAway(true);
  });
  client.on('ready', () => {
    isAway = false;
    onAway(false);
  });
  void client.connect().catch(() => undefined);
  return limitsOf(
    (points) =>
      new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `drippulse:webhook:${points}`,
        points,
        duration: 1,
        insuranceLimiter: memoryLimiter(points),
      }),
    async () => client.destroy(),
  );
}

function memoryLimiter(points: number): RateLimiterMemory {
  return new RateLimiterMemory({ points, duration: 1 });
}

function limitsOf(make: (points: number) => RateLimiterAbstract, stop: () => Promise<void>): EndpointLimits {
  // One for each rate that is in use, a thousand at most; the webhook is the key.
  const limiters = new Map<number, RateLimiterAbstract>();
  function limiterOf(points: number): RateLimiterAbstract {
    const limiter = limiters.get(points) ?? make(points);
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
        // Another process took them between the two calls.
        (rejection: unknown) => {
          if (rejection instanceof RateLimiterRes) return { granted: 0, waitMs: waitOf(rejection) };
          throw rejection;
        },
      );
    },
    async giveBack(webhookId, perSecond, unused) {
      await limiterOf(perSecond).reward(String(webhookId), unused);
    },
    stop,
  };
}

function waitOf(window: RateLimiterRes | null): number {
  return Math.max(1, window?.msBeforeNext ?? 1);
}
