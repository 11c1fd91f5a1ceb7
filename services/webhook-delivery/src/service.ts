import {
  connectDatabase,
  createSealer,
  databaseInterceptor,
  idempotencyPartitions,
  startPartitionLoop,
} from '@drippulse/db';
import { type EventTransport, startRelay } from '@drippulse/events';
import { createHttpClient, type Resolve } from '@drippulse/http';
import { createMetrics, type Logger, type Metrics } from '@drippulse/observability';
import { createTokens, type Peers, parseInternalTokenKeys, serveRpc, serverInterceptors } from '@drippulse/rpc';
import { type Clock, systemClock } from '@drippulse/runtime';
import { sql } from 'kysely';
import { eventMessages } from './catalog/event-messages.ts';
import type { Config } from './config.ts';
import { startFanOut } from './consumers/fan-out.ts';
import type { Context } from './context.ts';
import { deliveryPartitions } from './db/partitions.ts';
import type { DB } from './db/schema.ts';
import { createMemoryLimits, createRedisLimits } from './endpoints/limits.ts';
import { startCancelling } from './loops/cancel-removed.ts';
import { maxInFlight, startDelivering } from './loops/deliver.ts';
import { startExpiring } from './loops/expire-paused.ts';
import { startMeasureDue } from './loops/measure-due.ts';
import { startRecovering } from './loops/recover.ts';
import { createServiceMetrics } from './metrics.ts';
import { routesOf } from './rpc/index.ts';

export { type Config, readConfig } from './config.ts';

/** What the services of one process share, and what tests replace. */
export type Shared = {
  peers: Peers;
  events: EventTransport;
  log: Logger;
  clock?: Clock;
  random?: () => number;
  resolve?: Resolve;
};

export type Service = {
  /** Where gRPC is served; undefined when it is not. */
  port: number | undefined;
  metrics: Metrics;
  ready(): Promise<Record<string, boolean>>;
  stop(): Promise<void>;
};

export async function startService(config: Config, shared: Shared): Promise<Service> {
  const { peers, events, clock = systemClock, random = Math.random, resolve } = shared;
  const log = shared.log.child({ service: 'webhook-delivery' });
  const metrics = createMetrics('webhook-delivery');
  const tokens = createTokens({ service: 'webhook-delivery', keys: parseInternalTokenKeys(config.internalTokenKeys) });
  const sealer = createSealer(config.encryptionKeys);
  const db = connectDatabase<DB>({ url: config.databaseUrl, schema: 'webhooks', service: 'webhook-delivery', log });
  const http = createHttpClient({
    allowPrivate: config.allowPrivate,
    userAgent: 'DripPulse-Webhooks/1',
    // Many customers' endpoints may share an origin; one that hangs must not take the connections of the others.
    maxConnectionsPerOrigin: maxInFlight,
    resolve,
  });
  const relay = startRelay({ db, schema: 'webhooks', service: 'webhook-delivery', transport: events, log, metrics });

  const serviceMetrics = createServiceMetrics(metrics);
  const limits =
    config.redisUrl === undefined
      ? createMemoryLimits()
      : createRedisLimits(config.redisUrl, { log, onAway: serviceMetrics.limitsDegraded });

  const ctx: Context = {
    config,
    db,
    http,
    resolve,
    clock,
    random,
    log,
    metrics: serviceMetrics,
    relay,
    sealer,
    limits,
    wakeDelivery: () => delivering.wake(),
    wakeRecoveries: () => recovering.wake(),
    wakeRemovals: () => cancelling.wake(),
  };
  const delivering = startDelivering(ctx);
  const cancelling = startCancelling(ctx);
  const recovering = startRecovering(ctx);
  const background = [
    cancelling,
    recovering,
    startExpiring(ctx),
    startMeasureDue(ctx),
    startPartitionLoop({ db, tables: [idempotencyPartitions, ...deliveryPartitions], log }),
  ];
  const consumers = await Promise.all(eventMessages.map((desc) => startFanOut(ctx, desc, { events, metrics })));

  const routes = routesOf(ctx);
  const interceptors = [...serverInterceptors({ tokens, log, metrics }), databaseInterceptor];
  peers.register('webhook-delivery', routes, interceptors);
  const { host, grpcPort } = config;
  const server =
    grpcPort === undefined
      ? undefined
      : await serveRpc({ routes, interceptors, host, port: grpcPort, log, tls: peers.tls });

  return {
    port: server?.port,
    metrics,
    async ready() {
      const database = await sql`select 1`.execute(db.kysely).then(
        () => true,
        () => false,
      );
      return { database };
    },
    async stop() {
      peers.unregister('webhook-delivery');
      await server?.stop();
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await delivering.stop();
      await Promise.all(background.map((loop) => loop.stop()));
      await relay.stop();
      await http.close();
      await limits.stop();
      await db.close();
    },
  };
}
