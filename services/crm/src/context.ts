import type { Database, Sealer } from '@drippulse/db';
import type { Logger } from '@drippulse/observability';
import type { Clock } from '@drippulse/runtime';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { ServiceMetrics } from './metrics.ts';

/** What every operation of this service works with. */
export type Context = {
  config: Config;
  db: Database<DB>;
  clock: Clock;
  log: Logger;
  metrics: ServiceMetrics;
  relay: { wake(): void };
  sealer: Sealer;
};
