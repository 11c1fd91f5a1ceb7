import path from 'node:path';
import { readEnv } from '@drippulse/process';
import { serviceNames, services } from '@drippulse/topology';
import { z } from 'zod';

const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
const positive = z.coerce.number().int().min(1);
const port = z.coerce.number().int().min(0).max(65535);

const schema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(3000),
  OPS_HOST: z.string().min(1).default('127.0.0.1'),
  OPS_PORT: port.default(0),
  DATA_DIR: z.string().min(1).default('.data'),
  ADMIN_USERNAME: z.string().min(1).max(255).default('admin'),
  ADMIN_PASSWORD: z.string().min(10).max(200).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  KAFKA_BROKERS: z.string().min(1).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().min(3).default('drippulse@localhost'),
  MAIL_ANY_SENDER: flag.optional(),
  WEBHOOK_ALLOW_PRIVATE: flag.optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  // The services check these variables too. They are checked here so that one message lists every malformed variable.
  RATE_LIMIT_PER_MINUTE: positive.optional(),
  RATE_LIMIT_BURST: positive.optional(),
  LEASE_SECONDS: positive.optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).optional(),
});

/** Variables that every service gets unchanged, when set. */
const passedOn = [
  'LOG_LEVEL',
  'SHUTDOWN_DELAY_SECONDS',
  'KAFKA_SSL',
  'KAFKA_SSL_CA_FILE',
  'KAFKA_SSL_CERT_FILE',
  'KAFKA_SSL_KEY_FILE',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_TOPIC_PARTITIONS',
  'KAFKA_TOPIC_RETENTION_HOURS',
  'KAFKA_TOPIC_REPLICAS',
  'KAFKA_MIN_INSYNC_REPLICAS',
  'GRPC_TLS_CA_FILE',
  'GRPC_TLS_CERT_FILE',
  'GRPC_TLS_KEY_FILE',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_TRACES_SAMPLER_ARG',
] as const;

/** Variables of single services, from the table of services. */
const ofServices = serviceNames.flatMap((name) => {
  const { optionalSecrets = [], environment = [] } = services[name];
  return [...optionalSecrets, ...environment];
});

/** The settings of `npm start` and `npm run start:distributed`, from the environment. */
export type Settings = {
  host: string;
  port: number;
  opsHost: string;
  opsPort: number;
  dataDir: string;
  adminUsername: string;
  adminPassword: string | undefined;
  databaseUrl: string | undefined;
  kafkaBrokers: string | undefined;
  redisUrl: string | undefined;
  smtpUrl: string | undefined;
  mailFrom: string;
  allowPrivate: boolean;
  /** Whether steps may send mail from any address. */
  anySender: boolean;
  /** Variables that every service gets. */
  passedOn: Record<string, string>;
  /** Variables of single services. */
  ofServices: Record<string, string>;
};

/** Reads the settings. If variables are malformed, throws one error that lists them all. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const values = readEnv(schema, env);
  const isLoopback = ['127.0.0.1', '::1', 'localhost'].includes(values.HOST);
  return {
    host: values.HOST,
    port: values.PORT,
    opsHost: values.OPS_HOST,
    opsPort: values.OPS_PORT,
    dataDir: path.resolve(values.DATA_DIR),
    adminUsername: values.ADMIN_USERNAME,
    adminPassword: values.ADMIN_PASSWORD,
    databaseUrl: values.DATABASE_URL,
    kafkaBrokers: values.KAFKA_BROKERS,
    redisUrl: values.REDIS_URL,
    smtpUrl: values.SMTP_URL,
    mailFrom: values.MAIL_FROM,
    allowPrivate: values.WEBHOOK_ALLOW_PRIVATE ?? isLoopback,
    anySender: values.MAIL_ANY_SENDER ?? true,
    passedOn: pick(env, passedOn),
    ofServices: pick(env, ofServices),
  };
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
