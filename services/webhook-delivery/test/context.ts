import type { Database } from '@drippulse/db';
import { createHttpClient } from '@drippulse/http';
import { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import {
  clientFor,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serverInterceptors,
} from '@drippulse/rpc';
import { bareBase, editor } from '@drippulse/service/harness';
import { publicService, type ServiceName, serviceNames, serviceOf } from '@drippulse/topology';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { createEndpointLimits } from '../src/endpoints/limits.ts';
import { createServiceMetrics } from '../src/metrics.ts';
import { routesOf } from '../src/rpc/index.ts';
import { service } from '../src/service.ts';
import { createFilters } from '../src/webhooks/filter.ts';

/** Makes a context without loops, for tests that call operations one by one. */
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

/** Makes a client that calls the methods of such a context as an editor. */
export function clientOf(context: Context) {
  const own = serviceOf('webhooks');
  const keys = generateInternalTokenKeys(serviceNames);
  const peers = createInMemoryPeers();
  const tokensOf = (service: ServiceName) => createTokens({ service, keys: parseInternalTokenKeys(keys[service]) });
  const interceptors = serverInterceptors({ tokens: tokensOf(own), log: context.log });
  peers.register(own, routesOf(context), interceptors);
  return clientFor(WebhooksService, { peers, target: own, tokens: tokensOf(publicService) })(editor);
}
