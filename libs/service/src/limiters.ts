import { gauge, type Logger, type Metrics } from '@drippulse/observability';
import {
  BurstyRateLimiter,
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { openRedisLink } from './redis-link.ts';

/** One limit, which is counted by key. */
export type Limiter = Pick<RateLimiterAbstract, 'consume'>;

/** Makes limiters that count in one place: either in Redis for all processes of a service, or in this process. */
export type LimiterStore = {
  /** Makes a limiter of `points` in each window of `seconds`. */
  fixed(name: string, limit: { points: number; seconds: number }): RateLimiterAbstract;
  /** Makes a limiter of a steady rate, with an additional reserve that is refilled once a minute. */
  bursty(name: string, limit: { points: number; seconds: number; burst: number }): Pick<RateLimiterAbstract, 'consume'>;
  stop(): Promise<void>;
};

/**
 * Time limit for a response of Redis. After that time the process counts by itself, because limits must not reduce
 * availability.
 */
const redisTimeoutMs = 250;

/**
 * Makes limiters that count in Redis if there is a URL, else in this process. The gauge `drippulse_limits_degraded` of
 * `registry` is 1 while limits that belong in Redis are counted in this process.
 */
export function createLimiters(
  redisUrl: string | undefined,
  { log, registry, timeoutMs = redisTimeoutMs }: { log: Logger; registry: Metrics; timeoutMs?: number | undefined },
): LimiterStore {
  const degraded = gauge(registry, 'drippulse_limits_degraded');
  if (redisUrl === undefined) return limiterStore(memoryLimiter, async () => undefined);
  return createRedisLimiters(redisUrl, { log, timeoutMs, onAway: (isAway) => degraded.set(isAway ? 1 : 0) });
}

/**
 * Makes limiters that count in Redis. While Redis is unavailable, each limiter counts in its insurance, a limiter in
 * this process.
 */
function createRedisLimiters(
  url: string,
  options: { log: Logger; timeoutMs: number; onAway(isAway: boolean): void },
): LimiterStore {
  const link = openRedisLink(url, options);
  return limiterStore(
    (name, points, duration) =>
      new RateLimiterRedis({
        storeClient: link.store,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `drippulse:${name}`,
        points,
        duration,
        insuranceLimiter: memoryLimiter(name, points, duration),
      }),
    link.stop,
  );
}

type MakeLimiter = (name: string, points: number, duration: number) => RateLimiterAbstract;

function memoryLimiter(name: string, points: number, duration: number): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix: name, points, duration });
}

function limiterStore(make: MakeLimiter, stop: () => Promise<void>): LimiterStore {
  return {
    fixed: (name, { points, seconds }) => make(name, points, seconds),
    bursty: (name, { points, seconds, burst }) =>
      new BurstyRateLimiter(make(name, points, seconds), make(`${name}-burst`, burst, 60)),
    stop,
  };
}

/** Counts one request against a limit. */
export async function spend(
  limiter: Limiter,
  key: string,
): Promise<{ isRefused: boolean; remaining: number; secondsLeft: number }> {
  const { isRefused, result } = await limiter.consume(key).then(
    (result) => ({ isRefused: false, result }),
    (rejection: unknown) => {
      // A rejection is either the count of a refused request or an error of the store.
      if (rejection instanceof RateLimiterRes) return { isRefused: true, result: rejection };
      throw rejection;
    },
  );
  return {
    isRefused,
    remaining: result.remainingPoints,
    secondsLeft: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
  };
}
