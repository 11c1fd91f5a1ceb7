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
    /** Redis, where the rates of endpoints are counted for all processes; undefined: each process counts its own. */
    redisUrl: read.REDIS_URL,
    /** Seconds of silence after which another process takes over the recoveries of a dead or frozen one. */
    leaseSeconds: read.LEASE_SECONDS,
    /** Whether endpoints may be at private addresses and speak plain http. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
  }),
);
