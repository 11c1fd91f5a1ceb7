import { readEnv } from '@drippulse/runtime';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);

const environment = z.object({
  DATABASE_URL: z.url(),
  INTERNAL_TOKEN_KEYS: z.string(),
  ENCRYPTION_KEYS: z.string(),
  KAFKA_BROKERS: z.string().optional(),
  WORKFLOWS_ADDRESS: z.string().optional(),
  WEBHOOK_DELIVERY_ADDRESS: z.string().optional(),
  CRM_ADDRESS: z.string().optional(),
  HOST: z.string().default('127.0.0.1'),
  GRPC_PORT: port.optional(),
  OPS_PORT: port.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  SMTP_URL: z.url().optional(),
  MAIL_FROM: z.string().default('drippulse@localhost'),
  MAIL_DIR: z.string().optional(),
  WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
  HISTORY_DAYS: z.coerce.number().int().min(1).max(36_500).default(180),
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(env: NodeJS.ProcessEnv) {
  const read = readEnv(environment, env);
  return {
    databaseUrl: read.DATABASE_URL,
    internalTokenKeys: read.INTERNAL_TOKEN_KEYS,
    encryptionKeys: read.ENCRYPTION_KEYS,
    kafkaBrokers: read.KAFKA_BROKERS?.split(',').map((broker) => broker.trim()),
    peerAddresses: {
      workflows: read.WORKFLOWS_ADDRESS,
      'webhook-delivery': read.WEBHOOK_DELIVERY_ADDRESS,
      crm: read.CRM_ADDRESS,
    },
    host: read.HOST,
    grpcPort: read.GRPC_PORT,
    opsPort: read.OPS_PORT,
    logLevel: read.LOG_LEVEL,
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    /** Where mails are written as `.eml` files when there is no mail server. */
    mailDir: read.MAIL_DIR,
    /** Whether a callback may go to a private address. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
    /** How long after the end of an enrollment its timeline and effects are kept at least. */
    historyDays: read.HISTORY_DAYS,
    /** How long a worker that died holds up the runs it had claimed; effects in flight renew it. */
    leaseMs: 8_000,
  };
}
