import { configReader, redisUrlVariable } from '@drippulse/service';
import { z } from 'zod';

export type Config = ReturnType<typeof readConfig>;

export const readConfig = configReader(
  {
    REDIS_URL: redisUrlVariable,
    LEASE_SECONDS: z.coerce.number().int().min(1).max(3600).default(30),
    WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
  },
  (read) => ({
    /**
     * Redis, which counts the rates of endpoints for all processes. If undefined, each process counts its own requests.
     */
    redisUrl: read.REDIS_URL,
    /** Seconds of silence after which another process takes over the recoveries of a dead or frozen process. */
    leaseSeconds: read.LEASE_SECONDS,
    /** Whether endpoints may have private addresses and plain http. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
  }),
);
