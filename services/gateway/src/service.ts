import { readFileSync } from 'node:fs';
import {
  connectDatabase,
  createSealer,
  type Database,
  databaseInterceptor,
  idempotencyPartitions,
  startPartitionLoop,
} from '@drippulse/db';
import { type Clock, systemClock } from '@drippulse/loops';
import { createMetrics, type Logger, type Metrics } from '@drippulse/observability';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import {
  clientFor,
  createInMemoryPeers,
  createTokens,
  type Peers,
  parseInternalTokenKeys,
  serveRpc,
  serverInterceptors,
} from '@drippulse/rpc';
import type { ServiceDefinition } from '@drippulse/service';
import { sql } from 'kysely';
import type { Config } from './config.ts';
import { readConfig } from './config.ts';
import type { Context } from './context.ts';
import { schema } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { startUsageCounter } from './identity/api-keys/usage-counter.ts';
import { createCredentials } from './identity/credentials.ts';
import { identityRoutes } from './identity/rpc/index.ts';
import { createLoginLimits } from './identity/sessions/login-limits.ts';
import { createPasswords } from './identity/sessions/passwords.ts';
import { createSessionTokens } from './identity/sessions/tokens.ts';
import { startExpiryLoop } from './loops/expiry.ts';
import { createGatewayMetrics } from './metrics.ts';
import { createAuthenticate } from './middleware/authenticate.ts';
import { createApp } from './middleware/create-app.ts';
import { type HttpServer, startHttpServer } from './middleware/http-server.ts';
import { createMemoryLimiters, createRedisLimiters } from './middleware/limiters.ts';
import { createRateLimit } from './middleware/rate-limit.ts';
import { migrateService } from './migrate.ts';
import { createObserve } from './observe.ts';
import { healthRoutes } from './routes/health.ts';
import { startHealthMonitor } from './routes/health-monitor.ts';
import { createTranscoder } from './transcoder/transcode.ts';
import { publicUpstreams } from './upstreams.ts';

export { type Config, readConfig } from './config.ts';

/** What the services of one process share, and what tests replace. */
export type Shared = { peers: Peers; log: Logger; clock?: Clock; redisTimeoutMs?: number };

export type Service = {
  /** Where the public API is served. */
  port: number;
  /** Where identity is served to the other services; undefined in one process. */
  grpcPort: number | undefined;
  metrics: Metrics;
  ready(): Promise<Record<string, boolean>>;
  /** Goes on serving, but sends clients away from the connections that they keep, before `stop` closes those. */
  leave(): void;
  stop(): Promise<void>;
};

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export async function startService(config: Config, shared: Shared): Promise<Service> {
  // Closed in reverse order of opening, also when the start fails half-way.
  const opened = new AsyncDisposableStack();
  try {
    return await open(config, shared, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function open(config: Config, shared: Shared, opened: AsyncDisposableStack): Promise<Service> {
  const { peers } = shared;
  const parts = openParts(config, shared, opened);
  const { log, metrics } = parts;
  const { own, grpcPort } = await serveIdentity(config, peers, parts, opened);

  async function ready(): Promise<Record<string, boolean>> {
    const [database, workflows, runtime, webhooks] = await Promise.all([
      isDatabaseThere(parts.db),
      peers.isServing('workflows'),
      peers.isServing('enrollment-runtime'),
      peers.isServing('webhook-delivery'),
    ]);
    return { database, workflows, 'enrollment-runtime': runtime, 'webhook-delivery': webhooks };
  }
  const { port, leave } = await servePublicApi(config, { own, peers, ready }, parts, opened);
  log.info({ host: config.host, port, grpc_port: grpcPort }, 'gateway serves');
  return { port, grpcPort, metrics, ready, leave, stop: () => opened.disposeAsync() };
}

type Parts = ReturnType<typeof openParts>;

/** What both sides, identity and the public API, are made of; loops run from here on. */
function openParts(config: Config, shared: Shared, opened: AsyncDisposableStack) {
  const { log: sharedLog, clock = systemClock, redisTimeoutMs } = shared;
  const log = sharedLog.child({ service: 'gateway' });
  const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(config.internalTokenKeys) });
  const sessionTokens = createSessionTokens(config.sessionKeys, clock);
  const sealer = createSealer(config.encryptionKeys);
  const db = connectDatabase<DB>({ url: config.databaseUrl, schema, service: 'gateway', log });
  opened.defer(() => db.close());
  const partitions = startPartitionLoop({ db, tables: [idempotencyPartitions], log });
  opened.defer(() => partitions.stop());
  const expiry = startExpiryLoop({ db, clock, log });
  opened.defer(() => expiry.stop());
  const usage = startUsageCounter({ db, clock, log });
  opened.defer(() => usage.stop());
  const metrics = createMetrics('gateway');
  const gatewayMetrics = createGatewayMetrics(metrics);
  const limiters =
    config.redisUrl === undefined
      ? createMemoryLimiters()
      : createRedisLimiters(config.redisUrl, {
          log,
          onAway: gatewayMetrics.limitsDegraded,
          timeoutMs: redisTimeoutMs,
        });
  opened.defer(() => limiters.stop());
  const credentials = createCredentials({ db, sessionTokens, clock });
  return { log, clock, metrics, gatewayMetrics, tokens, sessionTokens, sealer, db, usage, limiters, credentials };
}

/** Identity is part of this process in every layout, so the gateway reaches it without a network: by `own`. */
async function serveIdentity(config: Config, peers: Peers, parts: Parts, opened: AsyncDisposableStack) {
  const { log, tokens, metrics, limiters } = parts;
  const ctx: Context = {
    ...parts,
    clients: { workflows: clientFor(WorkflowCatalogService, { peers, target: 'workflows', tokens }) },
    passwords: createPasswords(),
    loginLimits: createLoginLimits(limiters),
  };
  const routes = identityRoutes(ctx);
  const interceptors = [...serverInterceptors({ tokens, log, metrics }), databaseInterceptor];
  const own = createInMemoryPeers();
  own.register('gateway', routes, interceptors);
  peers.register('gateway', routes, interceptors);
  opened.defer(() => peers.unregister('gateway'));
  const { host, grpcPort } = config;
  if (grpcPort === undefined) return { own, grpcPort };
  const rpc = await serveRpc({ routes, interceptors, host, port: grpcPort, log, tls: peers.tls });
  opened.defer(() => rpc.stop());
  return { own, grpcPort: rpc.port };
}

async function servePublicApi(
  config: Config,
  reach: { own: Peers; peers: Peers; ready(): Promise<Record<string, boolean>> },
  parts: Parts,
  opened: AsyncDisposableStack,
): Promise<HttpServer> {
  const { log, clock, tokens, gatewayMetrics, limiters, credentials, usage } = parts;
  const check = async () => Object.values(await reach.ready()).every(Boolean);
  const monitor = startHealthMonitor({ check, clock, log });
  opened.defer(() => monitor.stop());
  const app = createApp({
    transcode: createTranscoder({
      upstreams: publicUpstreams(reach),
      tokens,
      authenticate: createAuthenticate(credentials),
      rateLimit: createRateLimit(limiters, { perMinute: config.rateLimitPerMinute, burst: config.rateLimitBurst }),
    }),
    routes: [healthRoutes({ monitor, version, clock })],
    observe: createObserve({ log, metrics: gatewayMetrics, usage }),
    trustedProxies: config.trustedProxies,
  });
  const http = await startHttpServer(app, { host: config.host, port: config.port });
  opened.defer(() => http.stop());
  return http;
}

function isDatabaseThere(db: Database<DB>): Promise<boolean> {
  return sql`select 1`.execute(db.kysely).then(
    () => true,
    () => false,
  );
}

export const service: ServiceDefinition<Config> = {
  name: 'gateway',
  readConfig,
  migrate: migrateService,
  async start(config, shared) {
    const started = await startService(config, shared);
    return { ...started, port: started.grpcPort, publicPort: started.port };
  },
};
