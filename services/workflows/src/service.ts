import {
  connectDatabase,
  createSealer,
  databaseInterceptor,
  idempotencyPartitions,
  startPartitionLoop,
} from '@drippulse/db';
import { type EventTransport, startRelay } from '@drippulse/events';
import { createMetrics, type Logger, type Metrics } from '@drippulse/observability';
import { RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
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
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import type { DB } from './db/schema.ts';
import { createServiceMetrics } from './metrics.ts';
import { routesOf } from './rpc/index.ts';
import { workflowLoader } from './workflows/load-workflow.ts';

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
  const log = shared.log.child({ service: 'workflows' });
  const metrics = createMetrics('workflows');
  const tokens = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(config.internalTokenKeys) });
  const sealer = createSealer(config.encryptionKeys);
  const db = connectDatabase<DB>({ url: config.databaseUrl, schema: 'workflows', service: 'workflows', log });
  const relay = startRelay({ db, schema: 'workflows', service: 'workflows', transport: events, log, metrics });
  const partitions = startPartitionLoop({ db, tables: [idempotencyPartitions], log });

  const ctx: Context = {
    config,
    db,
    loadWorkflow: workflowLoader(db.kysely),
    clients: {
      identity: clientFor(IdentityService, { peers, target: 'identity', tokens }),
      runtime: clientFor(RuntimeService, { peers, target: 'enrollment-runtime', tokens }),
    },
    clock,
    log,
    metrics: createServiceMetrics(metrics),
    relay,
    sealer,
  };
  const routes = routesOf(ctx);
  const interceptors = [...serverInterceptors({ tokens, log, metrics }), databaseInterceptor];
  peers.register('workflows', routes, interceptors);
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
      peers.unregister('workflows');
      await server?.stop();
      await partitions.stop();
      await relay.stop();
      await db.close();
    },
  };
}
