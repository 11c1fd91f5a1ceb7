import { createSealer } from '@drippulse/db';
import { readEnv, textFor } from '@drippulse/process';
import { parseInternalTokenKeys } from '@drippulse/rpc';
import { z } from 'zod';
import { parseSessionKeys } from './identity/sessions/tokens.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const positive = z.coerce.number().int().min(1).max(1_000_000);
const address = z.string().regex(/^[^\s/]+:\d+$/, 'must be host:port');

/** What Express takes as a proxy to trust. */
const network = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.enum(['loopback', 'linklocal', 'uniquelocal'])],
  'must be addresses or networks such as 10.0.0.0/8, or loopback, linklocal or uniquelocal',
);

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  OPS_PORT: port.default(0),
  GRPC_PORT: port.optional(),
  TRUSTED_PROXIES: z.string().default('').transform(list).pipe(z.array(network)),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  SESSION_KEYS: textFor(parseSessionKeys),
  INTERNAL_TOKEN_KEYS: textFor(parseInternalTokenKeys),
  ENCRYPTION_KEYS: textFor(createSealer),
  WORKFLOWS_ADDRESS: address.optional(),
  ENROLLMENT_RUNTIME_ADDRESS: address.optional(),
  WEBHOOK_DELIVERY_ADDRESS: address.optional(),
  CRM_ADDRESS: address.optional(),
  RATE_LIMIT_PER_MINUTE: positive.default(6_000),
  RATE_LIMIT_BURST: positive.default(200),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

const splitLayout = environment.required({
  WORKFLOWS_ADDRESS: true,
  ENROLLMENT_RUNTIME_ADDRESS: true,
  WEBHOOK_DELIVERY_ADDRESS: true,
  CRM_ADDRESS: true,
});

export type Config = {
  /** Public address. */
  host: string;
  port: number;
  /** Operations port: metrics and readiness. */
  opsPort: number;
  /** Where identity is served to the other services; unset in one process. */
  grpcPort: number | undefined;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  databaseUrl: string;
  redisUrl: string | undefined;
  sessionKeys: string;
  internalTokenKeys: string;
  encryptionKeys: string;
  peerAddresses: { workflows?: string; 'enrollment-runtime'?: string; 'webhook-delivery'?: string; crm?: string };
  /** Steady requests a minute of one credential; an organization gets five times that. */
  rateLimitPerMinute: number;
  /** Requests beyond the steady rate in a minute. */
  rateLimitBurst: number;
  logLevel: string;
};

/** The configuration of a gateway in any layout; `peerAddresses` are only used by main.ts. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  return toConfig(readEnv(environment, env));
}

/** The same for a process of its own, which cannot do without the addresses of its peers. */
export function readSplitConfig(env: NodeJS.ProcessEnv): Config {
  return toConfig(readEnv(splitLayout, env));
}

/** What bootstrap.ts needs: the database and the first administrator. */
export function readBootstrapConfig(env: NodeJS.ProcessEnv) {
  const read = readEnv(
    environment.pick({ DATABASE_URL: true }).extend({
      ADMIN_USERNAME: z.string().min(1).max(120).default('admin'),
      ADMIN_PASSWORD: z.string().min(10).max(200),
    }),
    env,
  );
  return { databaseUrl: read.DATABASE_URL, username: read.ADMIN_USERNAME, password: read.ADMIN_PASSWORD };
}

function toConfig(read: ReturnType<typeof environment.parse>): Config {
  return {
    host: read.HOST,
    port: read.PORT,
    opsPort: read.OPS_PORT,
    grpcPort: read.GRPC_PORT,
    trustedProxies: read.TRUSTED_PROXIES,
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    sessionKeys: read.SESSION_KEYS,
    internalTokenKeys: read.INTERNAL_TOKEN_KEYS,
    encryptionKeys: read.ENCRYPTION_KEYS,
    peerAddresses: {
      ...(read.WORKFLOWS_ADDRESS && { workflows: read.WORKFLOWS_ADDRESS }),
      ...(read.ENROLLMENT_RUNTIME_ADDRESS && { 'enrollment-runtime': read.ENROLLMENT_RUNTIME_ADDRESS }),
      ...(read.WEBHOOK_DELIVERY_ADDRESS && { 'webhook-delivery': read.WEBHOOK_DELIVERY_ADDRESS }),
      ...(read.CRM_ADDRESS && { crm: read.CRM_ADDRESS }),
    },
    rateLimitPerMinute: read.RATE_LIMIT_PER_MINUTE,
    rateLimitBurst: read.RATE_LIMIT_BURST,
    logLevel: read.LOG_LEVEL,
  };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
