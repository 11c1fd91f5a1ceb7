import { readFileSync } from 'node:fs';
import { createMetrics, type Logger, type Metrics } from '@drippulse/observability';
import { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { clientFor, createTokens, type Peers, parseInternalTokenKeys } from '@drippulse/rpc';
import { type Clock, systemClock } from '@drippulse/runtime';
import type { Config } from './config.ts';
import { startApiKeyUsage } from './credentials/api-key-usage.ts';
import { createCredentials } from './credentials/credentials.ts';
import { forgetOnChange } from './credentials/forget-on-change.ts';
import { hostingPeers } from './hosting-peers.ts';
import { startIdentity } from './identity/service.ts';
import { openLimiters } from './limiters.ts';
import { createGatewayMetrics } from './metrics.ts';
import { createAuthenticate } from './middleware/authenticate.ts';
import { createApp } from './middleware/create-app.ts';
import { type HttpServer, startHttpServer } from './middleware/http-server.ts';
import { createRateLimit } from './middleware/rate-limit.ts';
import { createObserve } from './observe.ts';
import { ownCaller } from './own-caller.ts';
import { healthRoutes } from './routes/health.ts';
import { startHealthMonitor } from './routes/health-monitor.ts';
import { createTranscoder } from './transcoder/transcode.ts';
import { owners, publicServices } from './upstreams.ts';

export { type Config, readConfig } from './config.ts';

/** Parts that the services of one process share. Tests set the clock and the timeout. */
export type Shared = { peers: Peers; log: Logger; clock?: Clock; redisTimeoutMs?: number };

export type Service = {
  /** Port of the public API. */
  port: number;
  /** Port of identity's gRPC; undefined when it is not served here. */
  grpcPort: number | undefined;
  metrics: Metrics;
  ready(): Promise<Record<string, boolean>>;
  /** Continues to serve, but asks clients to leave their kept connections before `stop` closes them. */
  leave(): void;
  stop(): Promise<void>;
};

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Starts the public API, and identity in the same process unless it has one of its own. */
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
  const parts = openParts(config, shared, opened);
  const { log, metrics, peers } = parts;
  const identity = config.identity && (await startIdentity(config.identity, { ...parts, log: shared.log }));
  if (identity) opened.defer(() => identity.stop());

  async function ready(): Promise<Record<string, boolean>> {
    const answers = owners.map(async (owner) => [owner, await peers.isServing(owner)] as const);
    return { ...(await identity?.ready()), ...Object.fromEntries(await Promise.all(answers)) };
  }
  const { port, leave } = await servePublicApi(config, ready, parts, opened);
  const grpcPort = identity?.grpcPort;
  log.info({ host: config.host, port, grpc_port: grpcPort }, 'gateway serves');
  return { port, grpcPort, metrics, ready, leave, stop: () => opened.disposeAsync() };
}

type Parts = ReturnType<typeof openParts>;

/** Parts that the public API and identity share when both are in this process. */
function openParts(config: Config, shared: Shared, opened: AsyncDisposableStack) {
  const { clock = systemClock, redisTimeoutMs: timeoutMs } = shared;
  const log = shared.log.child({ service: 'gateway' });
  const metrics = createMetrics('gateway');
  const limiters = openLimiters({ redisUrl: config.redisUrl, log, metrics, timeoutMs });
  opened.defer(() => limiters.stop());
  const peers = config.identity ? hostingPeers(shared.peers, 'identity') : shared.peers;
  return { log, clock, metrics, limiters, peers };
}

async function servePublicApi(
  config: Config,
  ready: Service['ready'],
  { log, clock, metrics, limiters, peers }: Parts,
  opened: AsyncDisposableStack,
): Promise<HttpServer> {
  const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(config.internalTokenKeys) });
  const credentialsOf = clientFor(CredentialsService, { peers, target: 'identity', tokens });
  const identity = () => credentialsOf(ownCaller);
  const credentials = createCredentials({ identity, clock });
  const usage = startApiKeyUsage({ identity, clock, log });
  opened.defer(() => usage.stop());
  const check = async () => Object.values(await ready()).every(Boolean);
  const monitor = startHealthMonitor({ check, clock, log });
  opened.defer(() => monitor.stop());
  const app = createApp({
    transcode: createTranscoder({
      upstreams: publicServices((owner) =>
        owner === 'identity'
          ? forgetOnChange(peers.transport(owner), () => credentials.forget())
          : peers.transport(owner),
      ),
      tokens,
      authenticate: createAuthenticate(credentials),
      rateLimit: createRateLimit(limiters, { perMinute: config.rateLimitPerMinute, burst: config.rateLimitBurst }),
    }),
    routes: [healthRoutes({ monitor, version, clock })],
    observe: createObserve({ log, metrics: createGatewayMetrics(metrics), usage }),
    trustedProxies: config.trustedProxies,
  });
  const http = await startHttpServer(app, { host: config.host, port: config.port });
  opened.defer(() => http.stop());
  return http;
}
