import { createHttpClient, createLookUps, type Resolve, resolveWithNameServers } from '@drippulse/http';
import { WebhookSchema } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { audited, defineService, startSuspensions } from '@drippulse/service';
import type { Transaction } from 'kysely';
import { eventMessages } from './catalog/event-messages.ts';
import { type Config, readConfig } from './config.ts';
import { startFanOut } from './consumers/fan-out.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import { deliveryPartitions } from './db/partitions.ts';
import type { DB } from './db/schema.ts';
import { createEndpointLimits } from './endpoints/limits.ts';
import { startCancelling } from './loops/cancel-removed.ts';
import { maxInFlight, startDelivering } from './loops/deliver.ts';
import { startExpiring } from './loops/expire-paused.ts';
import { startMeasureDue } from './loops/measure-due.ts';
import { startRecovering } from './loops/recover.ts';
import { createServiceMetrics } from './metrics.ts';
import { organizationTables } from './organization-tables.ts';
import { routesOf } from './rpc/index.ts';
import { sealedColumns } from './sealed-columns.ts';
import { createFilters } from './webhooks/filter.ts';
import { findMode, findModeOfEvent } from './webhooks/mode.ts';
import { findWebhook, lockWebhookRevision } from './webhooks/rows.ts';
import { webhookToProto } from './webhooks/to-proto.ts';

export type { Config } from './config.ts';

/** Set by tests only. */
type Overrides = { random?: () => number; resolve?: Resolve };

export const service = defineService<Config, DB, Overrides>({
  name: 'webhook-delivery',
  readConfig,
  migrations,
  organizationTables,
  sealed: sealedColumns,
  partitions: () => deliveryPartitions,
  rowModes: ({ db }) => ({
    webhooks: (caller, id) => findMode(db.kysely, caller, id),
    events: (caller, id) => findModeOfEvent(db.kysely, caller, id),
  }),
  rowRevisions: { webhooks: lockWebhookRevision },
  auditedRows: () => ({
    webhooks: audited(WebhookSchema, async (trx: Transaction<DB>, { organizationId }, id: bigint) =>
      webhookToProto(await findWebhook(trx, organizationId, id)),
    ),
  }),
  async open(base, keep, { random = Math.random, resolve }) {
    const { config, log } = base;
    const filters = createFilters();
    const metrics = createServiceMetrics(base.registry, filters);
    const limits = keep(createEndpointLimits(config.redisUrl, { log, registry: base.registry }));
    const http = createHttpClient({
      allowPrivate: config.allowPrivate,
      userAgent: 'DripPulse-Webhooks/1',
      // The maximum for one origin equals the total maximum, because endpoints of many customers may share an origin,
      // and an endpoint that hangs must not use up the connections of other endpoints.
      maxConnectionsPerOrigin: maxInFlight,
      resolve,
    });
    keep({ stop: () => http.close() });
    const ctx: Context = {
      ...base,
      http,
      lookUp: createLookUps(resolve ?? resolveWithNameServers),
      random,
      metrics,
      filters,
      limits,
      wakeDelivery: () => delivering.wake(),
      wakeRecoveries: () => recovering.wake(),
      wakeRemovals: () => cancelling.wake(),
    };
    keep(startMeasureDue(ctx));
    keep(startExpiring(ctx));
    const recovering = keep(startRecovering(ctx));
    const cancelling = keep(startCancelling(ctx));
    const delivering = keep(startDelivering(ctx));
    for (const consumer of await Promise.all(eventMessages.map((desc) => startFanOut(ctx, desc)))) keep(consumer);
    keep(await startSuspensions(ctx, { group: 'webhook-delivery-suspensions', onChanged: () => delivering.wake() }));
    return routesOf(ctx);
  },
});
