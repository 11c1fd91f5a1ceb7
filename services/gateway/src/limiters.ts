import { gauge, type Logger, type Metrics } from '@drippulse/observability';
import {
  BurstyRateLimiter,
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { createClient } from 'redis';

/** One limit, counted by key. */
export type Limiter = Pick<RateLimiterAbstract, 'consume'>;

/** Makes limiters that count in one place: in Redis for all processes together, or in this process. */
export type LimiterStore = {
  /** `points` in each window of `seconds`. */
  fixed(name: string, limit: { points: number; seconds: number }): Limiter;
  /** A steady rate, and `burst` more each minute. */
  bursty(name: string, limit: { points: number; seconds: number; burst: number }): Limiter;
  stop(): Promise<void>;
};

/** When Redis does not answer within this time, the request is counted in memory: limits must not cost availability. */
const redisTimeoutMs = 250;

/** Counts in Redis where there is one. The gauge says whether the limits that belong there are counted in this process. */
export function openLimiters(options: {
  redisUrl: string | undefined;
  log: Logger;
  metrics: Metrics;
  timeoutMs?: number | undefined;
}): LimiterStore {
  const { redisUrl, log, metrics, timeoutMs } = options;
  const degraded = gauge(metrics, 'drippulse_limits_degraded');
  if (redisUrl === undefined) return createMemoryLimiters();
  return createRedisLimiters(redisUrl, { log, timeoutMs, onAway: (isAway) => degraded.set(isAway ? 1 : 0) });
}

export function createMemoryLimiters(): LimiterStore {
  return limiterStore(memoryLimiter, async () => undefined);
}

/** Connects in the background. Limits are counted in memory until Redis answers, and whenever it is away. */
function createRedisLimiters(
  url: string,
  options: { log: Logger; onAway(isAway: boolean): void; timeoutMs?: number | undefined },
): LimiterStore {
  const { log, onAway, timeoutMs = redisTimeoutMs } = options;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: timeoutMs },
    socket: { connectTimeout: 2000, reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, 2000) },
  });
  let isAway = false;
  onAway(true);
  client.on('error', (error) => {
    if (!isAway) log.warn({ err: error }, 'Redis is away: rate limits are counted in this process');
    isAway = true;
    onAway(true);
  });
  client.on('ready', () => {
    if (isAway) log.info({}, 'Redis is back');
    isAway = false;
    onAway(false);
  });
  void client.connect().catch(() => undefined);

  return limiterStore(
    (name, points, duration) =>
      new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `drippulse:${name}`,
        points,
        duration,
        insuranceLimiter: memoryLimiter(name, points, duration),
      }),
    async () => client.destroy(),
  );
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
