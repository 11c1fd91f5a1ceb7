import type { HttpClient, LookUp } from '@drippulse/http';
import type { ServiceBase } from '@drippulse/service';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { EndpointLimits } from './endpoints/limits.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { Filters } from './webhooks/filter.ts';

/** The dependencies that every operation of this service uses. */
export type Context = ServiceBase<Config, DB> & {
  http: HttpClient;
  /** Looks up host names when a URL is saved. */
  lookUp: LookUp;
  /** Returns a number from 0 to 1, for the jitter of retries. */
  random(): number;
  metrics: ServiceMetrics;
  filters: Filters;
  limits: EndpointLimits;
  /** Wakes the delivery loop. Call it after a commit that made something due. */
  wakeDelivery(): void;
  /** Wakes the recovery loop. Call it after a recovery was requested. */
  wakeRecoveries(): void;
  /** Wakes the removal loop. Call it after a webhook was removed. */
  wakeRemovals(): void;
};
