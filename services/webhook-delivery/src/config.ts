import { readEnv } from '@drippulse/runtime';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);

const environment = z.object({
  DATABASE_URL: z.url(),
  INTERNAL_TOKEN_KEYS: z.string(),
  ENCRYPTION_KEYS: z.string(),
  KAFKA_BROKERS: z.string().optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  HOST: z.string().default('127.0.0.1'),
  GRPC_PORT: port.optional(),
  OPS_PORT: port.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  LEASE_SECONDS: z.coerce.number().int().min(1).max(3600).default(30),
  WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(env: NodeJS.ProcessEnv) {
  const read = readEnv(environment, env);
  return {
    databaseUrl: read.DATABASE_URL,
    internalTokenKeys: read.INTERNAL_TOKEN_KEYS,
    encryptionKeys: read.ENCRYPTION_KEYS,
    kafkaBrokers: read.KAFKA_BROKERS?.split(',').map((broker) => broker.trim()),
    /** Where rates of endpoints are counted for all processes; in each of its own when undefined. */
    redisUrl: read.REDIS_URL,
    host: read.HOST,
    grpcPort: read.GRPC_PORT,
    opsPort: read.OPS_PORT,
    /** After how long the work of a process that is dead or frozen is another's: of recoveries. */
    leaseSeconds: read.LEASE_SECONDS,
    logLevel: read.LOG_LEVEL,
    /** Whether endpoints may be at private addresses and speak plain http. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
  };
}
