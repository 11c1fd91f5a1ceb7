import {
  connectDatabase,
  createSealer,
  databaseInterceptor,
  idempotencyPartitions,
  startPartitionLoop,
} from '@drippulse/db';
import { type EventTransport, startRelay } from '@drippulse/events';
import { createMetrics, type Logger, type Metrics } from '@drippulse/observability';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmErasuresService } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { WebhookSigningService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import {
  clientFor,
  createTokens,
  type Peers,
  parseInternalTokenKeys,
  serveRpc,
  serverInterceptors,
} from '@drippulse/rpc';
import { type Clock, systemClock } from '@drippulse/runtime';
import { sql } from 'kysely';
import { createEffectAdapters } from './adapters/adapters.ts';
import type { Config } from './config.ts';
import { consumeCrm } from './consumers/crm.ts';
import { consumeErasures } from './consumers/erasures.ts';
import { consumeWorkflows } from './consumers/workflows.ts';
import type { Context } from './context.ts';
import type { DB } from './db/schema.ts';
import { createDefinitions } from './definitions/definitions.ts';
import { createEffectPool } from './effect-pool/effect-pool.ts';
import type { Fault } from './fault-points.ts';
import { createDueCounts } from './funnel/due-counts.ts';
import { startAdvance } from './loops/advance.ts';
import { startDrainDeleted } from './loops/drain-deleted.ts';
import { startEnrollSources } from './loops/enroll-sources.ts';
import { startErasePeople } from './loops/erase-people.ts';
import { startFireSchedules } from './loops/fire-schedules.ts';
import { startMakePartitions } from './loops/make-partitions.ts';
import { startMeasureDue } from './loops/measure-due.ts';
import { startPruneHistory } from './loops/prune-history.ts';
import { createServiceMetrics } from './metrics.ts';
import { routesOf } from './rpc/index.ts';

export { type Config, readConfig } from './config.ts';

/** What the services of one process share, and what tests replace. */
export type Shared = {
  peers: Peers;
  events: EventTransport;
  log: Logger;
  clock?: Clock;
  /** Kills at a point; set by tests only. */
  fault?: Fault;
  /** Shifts the database's time, in milliseconds; set by tests only. */
  shiftMs?: () => number;
};

export type Service = {
  /** Where gRPC is served; undefined when it is not. */
  port: number | undefined;
  metrics: Metrics;
  ready(): Promise<Record<string, boolean>>;
  stop(): Promise<void>;
};

export async function startService(config: Config, shared: Shared): Promise<Service> {
  const { peers, events, clock = systemClock } = shared;
  const log = shared.log.child({ service: 'enrollment-runtime' });
  const metrics = createMetrics('enrollment-runtime');
  const keys = parseInternalTokenKeys(config.internalTokenKeys);
  const tokens = createTokens({ service: 'enrollment-runtime', keys });
  const sealer = createSealer(config.encryptionKeys);
  const db = connectDatabase<DB>({
    url: config.databaseUrl,
    schema: 'enrollments',
    service: 'enrollment-runtime',
    log,
  });
  const relay = startRelay({
    db,
    schema: 'enrollments',
    service: 'enrollment-runtime',
    transport: events,
    log,
    metrics,
  });

  const crm = { peers, target: 'crm' as const, tokens };
  const ctx: Context = {
    config,
    db,
    get dbNow() {
      const shiftMs = shared.shiftMs?.() ?? 0;
      return shiftMs === 0 ? sql<Date>`now()` : sql<Date>`(now() + make_interval(secs => ${shiftMs / 1000}))`;
    },
    clients: {
      workflows: clientFor(WorkflowsService, { peers, target: 'workflows', tokens }),
      signing: clientFor(WebhookSigningService, { peers, target: 'webhook-delivery', tokens }),
      crm: {
        accounts: clientFor(CrmAccountsService, crm),
        contacts: clientFor(CrmContactsService, crm),
        leads: clientFor(CrmLeadsService, crm),
        opportunities: clientFor(CrmOpportunitiesService, crm),
        activities: clientFor(CrmActivitiesService, crm),
        erasures: clientFor(CrmErasuresService, crm),
      },
    },
    definitions: createDefinitions(db.kysely),
    dueCounts: createDueCounts(() => ctx),
    adapters: createEffectAdapters({ config }),
    clock,
    random: Math.random,
    log,
    metrics: createServiceMetrics(metrics),
    relay,
    sealer,
    wake: {
      advance: () => advancing.wake(),
      drain: () => draining.wake(),
      schedules: () => firing.wake(),
      sources: () => enrolling.wake(),
      erasures: () => erasing.wake(),
    },
    ...(shared.fault && { fault: shared.fault }),
  };
  const pool = createEffectPool(ctx);
  const advancing = startAdvance(ctx, pool);
  const draining = startDrainDeleted(ctx);
  const firing = startFireSchedules(ctx);
  const enrolling = startEnrollSources(ctx);
  const erasing = startErasePeople(ctx);
  const background = [
    draining,
    firing,
    enrolling,
    erasing,
    startMakePartitions(ctx),
    startMeasureDue(ctx),
    startPruneHistory(ctx),
    startPartitionLoop({ db, tables: [idempotencyPartitions], log }),
  ];
  const consumers = [
    await consumeWorkflows(ctx, { events, metrics }),
    await consumeCrm(ctx, { events, metrics }),
    await consumeErasures(ctx, { events, metrics }),
  ];

  const routes = routesOf(ctx);
  const interceptors = [...serverInterceptors({ tokens, log, metrics }), databaseInterceptor];
  peers.register('enrollment-runtime', routes, interceptors);
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
      peers.unregister('enrollment-runtime');
      await server?.stop();
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await advancing.stop();
      await pool.stop();
      await Promise.all(background.map((loop) => loop.stop()));
      await relay.stop();
      await ctx.adapters.close();
      await db.close();
    },
  };
}
