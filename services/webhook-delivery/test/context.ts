import type { Database } from '@drippulse/db';
import { createHttpClient } from '@drippulse/http';
import { bareBase } from '@drippulse/service/harness';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { createEndpointLimits } from '../src/endpoints/limits.ts';
import { createServiceMetrics } from '../src/metrics.ts';
import { service } from '../src/service.ts';
import { createFilters } from '../src/webhooks/filter.ts';

/** A context without loops, for tests that call operations one by one. */
export function contextOf(db: Database<DB>): Context {
  const base = bareBase(service, db, { WEBHOOK_ALLOW_PRIVATE: 'true' });
  const filters = createFilters();
  return {
    ...base,
    http: createHttpClient({ allowPrivate: true, userAgent: 'test' }),
    lookUp: async () => undefined,
    random: () => 0.5,
    metrics: createServiceMetrics(base.registry, filters),
    filters,
    limits: createEndpointLimits(undefined, base),
    wakeDelivery: () => undefined,
    wakeRecoveries: () => undefined,
    wakeRemovals: () => undefined,
  };
}
