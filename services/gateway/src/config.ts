import { readEnv } from '@drippulse/process';
import { portVariable, redisUrlVariable, statelessConfigReader } from '@drippulse/service';
import { z } from 'zod';
import { publicUrlVariable } from './public-url.ts';

const positive = z.coerce.number().int().min(1).max(1_000_000);

/** A trusted proxy, in the notation of Express. */
const network = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.enum(['loopback', 'linklocal', 'uniquelocal'])],
  'must be addresses or networks such as 10.0.0.0/8, or loopback, linklocal or uniquelocal',
);

export type Config = ReturnType<typeof readConfig>;

export const readConfig = statelessConfigReader(
  {
    PORT: portVariable.default(3000),
    TRUSTED_PROXIES: z.string().default('').transform(list).pipe(z.array(network)),
    REDIS_URL: redisUrlVariable,
    PUBLIC_URL: publicUrlVariable,
    RATE_LIMIT_PER_MINUTE: positive.default(6_000),
    RATE_LIMIT_BURST: positive.default(200),
  },
  (read) => ({
    /** Port of the public API. */
    port: read.PORT,
    /** Addresses and networks of proxies whose X-Forwarded-For is trusted. */
    trustedProxies: read.TRUSTED_PROXIES,
    redisUrl: read.REDIS_URL,
    /** External address of the public API, without a trailing slash. */
    publicUrl: read.PUBLIC_URL,
    /** Steady rate of requests per minute for one credential; an organization gets five times this rate. */
    rateLimitPerMinute: read.RATE_LIMIT_PER_MINUTE,
    /** Number of requests that are allowed in a minute beyond the steady rate. */
    rateLimitBurst: read.RATE_LIMIT_BURST,
  }),
);

/** Reads the variables of bootstrap.ts: the database and the first administrator. */
export function readBootstrapConfig(env: NodeJS.ProcessEnv) {
  const read = readEnv(
    z.object({
      DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
      ADMIN_USERNAME: z.string().min(1).max(120).default('admin'),
      ADMIN_PASSWORD: z.string().min(10).max(200),
    }),
    env,
  );
  return { databaseUrl: read.DATABASE_URL, username: read.ADMIN_USERNAME, password: read.ADMIN_PASSWORD };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
