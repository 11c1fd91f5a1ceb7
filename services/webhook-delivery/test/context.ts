import { randomBytes } from 'node:crypto';
import { createSealer, type Database } from '@drippulse/db';
import { createHttpClient } from '@drippulse/http';
import { createLogger, createMetrics } from '@drippulse/observability';
import { systemClock } from '@drippulse/runtime';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { createMemoryLimits } from '../src/endpoints/limits.ts';
import { createServiceMetrics } from '../src/metrics.ts';

/** A context without loops, for tests that call operations one by one. */
export function contextOf(db: Database<DB>): Context {
  return {
    config: {
      databaseUrl: '',
      internalTokenKeys: '',
      encryptionKeys: '',
      kafkaBrokers: undefined,
      redisUrl: undefined,
      leaseSeconds: 30,
      host: '127.0.0.1',
      grpcPort: undefined,
      opsPort: 0,
      logLevel: 'fatal',
      allowPrivate: true,
    },
    db,
    http: createHttpClient({ allowPrivate: true, userAgent: 'test' }),
    resolve: undefined,
    clock: systemClock,
    random: () => 0.5,
    log: createLogger({ service: 'test', level: 'fatal' }),
    metrics: createServiceMetrics(createMetrics('test')),
    relay: { wake: () => undefined },
    limits: createMemoryLimits(),
    sealer: createSealer(randomBytes(32).toString('base64')),
    wakeDelivery: () => undefined,
    wakeRecoveries: () => undefined,
    wakeRemovals: () => undefined,
  };
}
