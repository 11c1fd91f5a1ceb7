import type { Logger } from '@drippulse/observability';
import {
  BurstyRateLimiter,
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
} from 'rate-limiter-flexible';
import { createClient } from 'redis';

/** Makes limiters that count in one place: in Redis for all processes of a service, or in this process. */
export type LimiterStore = {
  /** `points` in each window of `seconds`. */
  fixed(name: string, limit: { points: number; seconds: number }): RateLimiterAbstract;
  /** A steady rate, and a stock beyond it that fills up once a minute. */
  bursty(name: string, limit: { points: number; seconds: number; burst: number }): Pick<RateLimiterAbstract, 'consume'>;
  stop(): Promise<void>;
};

/** Redis answers within this time, or the process counts by itself: limits must not cost availability. */
const redisTimeoutMs = 250;

type LimiterOptions = { log: Logger; onAway(isAway: boolean): void; timeoutMs?: number | undefined };

/** Limiters that count in Redis where there is a URL, else in this process. */
export function createLimiters(redisUrl: string | undefined, options: LimiterOptions): LimiterStore {
  return redisUrl === undefined ? createMemoryLimiters() : createRedisLimiters(redisUrl, options);
}

function createMemoryLimiters(): LimiterStore {
  return limiterStore(memoryLimiter, async () => undefined);
}

/** Connects in the background. Until Redis is there, and while it is away, this process counts and `onAway` gets true. */
function createRedisLimiters(url: string, { log, onAway, timeoutMs = redisTimeoutMs }: LimiterOptions): LimiterStore {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: timeoutMs },
    socket: { connectTimeout: 2000, reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, 2000) },
  });
  let isAway = false;
  onAway(true);
  client.on('error', (error) => {
    if (!isAway) log.warn({ err: error }, 'Redis is away: limits are counted in this process');
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
