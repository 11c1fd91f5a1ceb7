import { readEnv } from '@drippulse/runtime';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);

const environment = z.object({
  DATABASE_URL: z.url(),
  INTERNAL_TOKEN_KEYS: z.string(),
  ENCRYPTION_KEYS: z.string(),
  KAFKA_BROKERS: z.string().optional(),
  GATEWAY_ADDRESS: z.string().optional(),
  ENROLLMENT_RUNTIME_ADDRESS: z.string().optional(),
  HOST: z.string().default('127.0.0.1'),
  GRPC_PORT: port.optional(),
  OPS_PORT: port.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
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
    peerAddresses: { identity: read.GATEWAY_ADDRESS, 'enrollment-runtime': read.ENROLLMENT_RUNTIME_ADDRESS },
    host: read.HOST,
    grpcPort: read.GRPC_PORT,
    opsPort: read.OPS_PORT,
    logLevel: read.LOG_LEVEL,
    /** Whether a `webhook_callback` may point to a private address. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
  };
}
