import { readEnv } from '@drippulse/runtime';
import { z } from 'zod';
import { address, commonEnvironment, port } from './environment.ts';
import { type IdentityConfig, identityEnvironment, toIdentityConfig } from './identity/config.ts';
import type { Owner } from './upstreams.ts';

const positive = z.coerce.number().int().min(1).max(1_000_000);

/** A proxy to trust, in the notation of Express. */
const network = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.enum(['loopback', 'linklocal', 'uniquelocal'])],
  'must be addresses or networks such as 10.0.0.0/8, or loopback, linklocal or uniquelocal',
);

const publicApi = commonEnvironment.extend({
  PORT: port.default(3000),
  TRUSTED_PROXIES: z.string().default('').transform(list).pipe(z.array(network)),
  IDENTITY_ADDRESS: address.optional(),
  WORKFLOWS_ADDRESS: address.optional(),
  ENROLLMENT_RUNTIME_ADDRESS: address.optional(),
  WEBHOOK_DELIVERY_ADDRESS: address.optional(),
  CRM_ADDRESS: address.optional(),
  RATE_LIMIT_PER_MINUTE: positive.default(6_000),
  RATE_LIMIT_BURST: positive.default(200),
});

const publicApiAndIdentity = publicApi.extend(identityEnvironment.shape);

/** Required in a process of its own. IDENTITY_ADDRESS is not: without it, identity runs inside the process. */
const addresses = {
  WORKFLOWS_ADDRESS: true,
  ENROLLMENT_RUNTIME_ADDRESS: true,
  WEBHOOK_DELIVERY_ADDRESS: true,
  CRM_ADDRESS: true,
} as const;

export type Config = {
  /** Public address. */
  host: string;
  port: number;
  /** Operations port: metrics and readiness. */
  opsPort: number;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  redisUrl: string | undefined;
  internalTokenKeys: string;
  /** Used by main.ts alone. */
  peerAddresses: { [S in Owner]?: string };
  /** Steady requests a minute of one credential; an organization gets five times that. */
  rateLimitPerMinute: number;
  /** Requests beyond the steady rate in a minute. */
  rateLimitBurst: number;
  logLevel: string;
  /** Identity inside this process; undefined where it has a process of its own. */
  identity: IdentityConfig | undefined;
};

/** The configuration of a gateway in any layout. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  return env['IDENTITY_ADDRESS']
    ? toConfig(readEnv(publicApi, env))
    : toConfigWithIdentity(readEnv(publicApiAndIdentity, env));
}

/** The configuration of a gateway in a process of its own, which requires the addresses of its peers. */
export function readSplitConfig(env: NodeJS.ProcessEnv): Config {
  return env['IDENTITY_ADDRESS']
    ? toConfig(readEnv(publicApi.required(addresses), env))
    : toConfigWithIdentity(readEnv(publicApiAndIdentity.required(addresses), env));
}

/** Variables of bootstrap.ts: the database and the first administrator. */
export function readBootstrapConfig(env: NodeJS.ProcessEnv) {
  const read = readEnv(
    identityEnvironment.pick({ DATABASE_URL: true }).extend({
      ADMIN_USERNAME: z.string().min(1).max(120).default('admin'),
      ADMIN_PASSWORD: z.string().min(10).max(200),
    }),
    env,
  );
  return { databaseUrl: read.DATABASE_URL, username: read.ADMIN_USERNAME, password: read.ADMIN_PASSWORD };
}

function toConfigWithIdentity(read: z.infer<typeof publicApiAndIdentity>): Config {
  return { ...toConfig(read), identity: toIdentityConfig(read) };
}

function toConfig(read: z.infer<typeof publicApi>): Config {
  return {
    host: read.HOST,
    port: read.PORT,
    opsPort: read.OPS_PORT,
    trustedProxies: read.TRUSTED_PROXIES,
    redisUrl: read.REDIS_URL,
    internalTokenKeys: read.INTERNAL_TOKEN_KEYS,
    peerAddresses: {
      identity: read.IDENTITY_ADDRESS,
      workflows: read.WORKFLOWS_ADDRESS,
      'enrollment-runtime': read.ENROLLMENT_RUNTIME_ADDRESS,
      'webhook-delivery': read.WEBHOOK_DELIVERY_ADDRESS,
      crm: read.CRM_ADDRESS,
    } satisfies Record<Owner, string | undefined>,
    rateLimitPerMinute: read.RATE_LIMIT_PER_MINUTE,
    rateLimitBurst: read.RATE_LIMIT_BURST,
    logLevel: read.LOG_LEVEL,
    identity: undefined,
  };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
