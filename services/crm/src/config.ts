import { readEnv } from '@drippulse/runtime';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);

const environment = z.object({
  DATABASE_URL: z.url(),
  INTERNAL_TOKEN_KEYS: z.string(),
  ENCRYPTION_KEYS: z.string(),
  KAFKA_BROKERS: z.string().optional(),
  WORKFLOWS_ADDRESS: z.string().optional(),
  ENROLLMENT_RUNTIME_ADDRESS: z.string().optional(),
  HCAPTCHA_SITE_KEY: z.string().min(1).optional(),
  HCAPTCHA_SECRET: z.string().min(1).optional(),
  HCAPTCHA_VERIFY_URL: z.url({ protocol: /^https?$/ }).optional(),
  HOST: z.string().default('127.0.0.1'),
  GRPC_PORT: port.optional(),
  OPS_PORT: port.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(env: NodeJS.ProcessEnv) {
  const read = readEnv(environment, env);
  return {
    databaseUrl: read.DATABASE_URL,
    internalTokenKeys: read.INTERNAL_TOKEN_KEYS,
    encryptionKeys: read.ENCRYPTION_KEYS,
    kafkaBrokers: read.KAFKA_BROKERS?.split(',').map((broker) => broker.trim()),
    peerAddresses: { workflows: read.WORKFLOWS_ADDRESS, 'enrollment-runtime': read.ENROLLMENT_RUNTIME_ADDRESS },
    hcaptcha: {
      siteKey: read.HCAPTCHA_SITE_KEY,
      secret: read.HCAPTCHA_SECRET,
      verifyUrl: read.HCAPTCHA_VERIFY_URL ?? 'https://api.hcaptcha.com/siteverify',
      /** Whether the operator chose the address, which then may be a private one. */
      isOwnUrl: read.HCAPTCHA_VERIFY_URL !== undefined,
    },
    host: read.HOST,
    grpcPort: read.GRPC_PORT,
    opsPort: read.OPS_PORT,
    logLevel: read.LOG_LEVEL,
  };
}
