import {
  connectDatabase,
  createSealer,
  databaseInterceptor,
  idempotencyPartitions,
  startPartitionLoop,
} from '@drippulse/db';
import { type EventTransport, startRelay } from '@drippulse/events';
import { createMetrics, type Logger, type Metrics } from '@drippulse/observability';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
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
import { createCaptcha } from './captcha.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import type { DB } from './db/schema.ts';
import { startEnrollSubmissions } from './loops/enroll-submissions.ts';
import { startForgetIdentities } from './loops/forget-identities.ts';
import { startForgetMerges } from './loops/forget-merges.ts';
import { startForgetSubmissions } from './loops/forget-submissions.ts';
import { startResealKeys } from './loops/reseal-keys.ts';
import { startImporting } from './loops/run-imports.ts';
import { createServiceMetrics } from './metrics.ts';
import { routesOf } from './rpc/index.ts';

export { type Config, readConfig } from './config.ts';

/** What the services of one process share, and what tests replace. */
export type Shared = { peers: Peers; events: EventTransport; log: Logger; clock?: Clock };

export type Service = {
  /** Where gRPC is served; undefined when it is not. */
  port: number | undefined;
  metrics: Metrics;
  ready(): Promise<Record<string, boolean>>;
  stop(): Promise<void>;
};

export async function startService(config: Config, shared: Shared): Promise<Service> {
  const { peers, events, clock = systemClock } = shared;
  const log = shared.log.child({ service: 'crm' });
  const metrics = createMetrics('crm');
  const tokens = createTokens({ service: 'crm', keys: parseInternalTokenKeys(config.internalTokenKeys) });
  const sealer = createSealer(config.encryptionKeys);
  const db = connectDatabase<DB>({ url: config.databaseUrl, schema: 'crm', service: 'crm', log });
  const relay = startRelay({ db, schema: 'crm', service: 'crm', transport: events, log, metrics });
  const partitions = startPartitionLoop({ db, tables: [idempotencyPartitions], log });

  const captcha = createCaptcha(config);
  const ctx: Context = {
    config,
    db,
    clock,
    log,
    metrics: createServiceMetrics(metrics),
    relay,
    sealer,
    captcha,
    clients: {
      workflows: clientFor(WorkflowsService, { peers, target: 'workflows', tokens }),
      enrollments: clientFor(EnrollmentsService, { peers, target: 'enrollment-runtime', tokens }),
    },
    wake: { enrollSubmissions: () => enrolling.wake(), imports: () => importing.wake() },
  };
  const enrolling = startEnrollSubmissions(ctx);
  const background = [
    startForgetSubmissions(ctx),
    startForgetMerges(ctx),
    startForgetIdentities(ctx),
    startResealKeys(ctx),
  ];
  const importing = startImporting(ctx);
  const routes = routesOf(ctx);
  const interceptors = [...serverInterceptors({ tokens, log, metrics }), databaseInterceptor];
  peers.register('crm', routes, interceptors);
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
      peers.unregister('crm');
      await server?.stop();
      await enrolling.stop();
      await Promise.all(background.map((loop) => loop.stop()));
      await captcha.close();
      await importing.stop();
      await partitions.stop();
      await relay.stop();
      await db.close();
    },
  };
}
