import { systemClock } from '@drippulse/loops';
import { createMetrics, type Parts } from '@drippulse/observability';
import { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { clientFor, createChainHeaders, createTokens, parseInternalTokenKeys } from '@drippulse/rpc';
import {
  createLimiters,
  type Keep,
  keepIn,
  type ServiceDefinition,
  type Shared,
  signedEvents,
} from '@drippulse/service';
import { servedBy } from '@drippulse/topology';
import { type Config, readConfig } from './config.ts';
import { startApiKeyUsage } from './credentials/api-key-usage.ts';
import { createCredentials } from './credentials/credentials.ts';
import { forgetOnChange } from './credentials/forget-on-change.ts';
import { createLookupLimit } from './credentials/lookup-limit.ts';
import { createGatewayMetrics } from './metrics.ts';
import { createAuthenticate } from './middleware/authenticate.ts';
import { createApp } from './middleware/create-app.ts';
import { startHttpServer } from './middleware/http-server.ts';
import { createRateLimit } from './middleware/rate-limit.ts';
import { createObserve } from './observe.ts';
import { ownCaller } from './own-caller.ts';
import { dashboardFrom } from './routes/dashboard.ts';
import { healthRoutes } from './routes/health.ts';
import { startHealthMonitor } from './routes/health-monitor.ts';
import { startHub } from './stream/hub.ts';
import { createStreamMetrics } from './stream/metrics.ts';
import { streamHints } from './stream/stream-hints.ts';
import { createStreams } from './stream/streams.ts';
import { createTranscoder } from './transcoder/transcode.ts';
import { owners, publicUpstreams } from './upstreams.ts';
import { version } from './version.ts';

export type { Config } from './config.ts';

const identity = servedBy(CredentialsService);

/** Set by tests only. */
type Overrides = { redisTimeoutMs?: number };

/** The public API. It has no state: identity is a service of its own, which usually runs within the same process. */
export const service: ServiceDefinition<Config, Overrides> = {
  name: 'gateway',
  readConfig,
  // Taking every gateway out of the load balancer for a part that is away would fail the other routes as well.
  staysReady: true,
  async start(config, shared) {
    const opened = new AsyncDisposableStack();
    try {
      const metrics = createMetrics('gateway');
      const parts = Object.fromEntries(owners.map((owner) => [owner, () => shared.peers.isServing(owner)]));
      const { port, leave } = await servePublicApi(config, shared, { metrics, parts, keep: keepIn(opened) });
      return { port: undefined, publicPort: port, metrics, parts, leave, stop: () => opened.disposeAsync() };
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  },
};

async function servePublicApi(
  config: Config,
  { peers, events, log: sharedLog, clock = systemClock, redisTimeoutMs: timeoutMs }: Shared & Overrides,
  own: { metrics: ReturnType<typeof createMetrics>; parts: Parts; keep: Keep },
) {
  const { metrics, parts, keep } = own;
  const log = sharedLog.child({ service: 'gateway' });
  const limiters = keep(createLimiters(config.redisUrl, { log, registry: metrics, timeoutMs }));
  const keys = parseInternalTokenKeys(config.internalTokenKeys);
  const tokens = createTokens({ service: 'gateway', keys });
  const credentialsOf = clientFor(CredentialsService, { peers, target: identity, tokens });
  const lookups = createLookupLimit(limiters);
  const credentials = createCredentials({ identity: () => credentialsOf(ownCaller), clock, lookups });
  const usage = keep(startApiKeyUsage({ identity: () => credentialsOf(ownCaller), clock, log }));
  const transport = signedEvents('gateway', events, keys);
  const hub = keep(await startHub({ transport, log }));
  const authenticate = createAuthenticate(credentials, config);
  const streams = createStreams({ hub, metrics: createStreamMetrics(metrics) });
  const monitor = keep(startHealthMonitor({ parts, clock, log }));
  const app = createApp({
    transcode: createTranscoder({
      upstreams: publicUpstreams((owner) =>
        owner === identity
          ? forgetOnChange(peers.transport(owner), () => credentials.forget())
          : peers.transport(owner),
      ),
      tokens,
      chains: createChainHeaders(config.chainKeys),
      clock,
      authenticate,
      streamEvents: streamHints({ streams, authenticate }),
      rateLimit: createRateLimit(limiters, { perMinute: config.rateLimitPerMinute, burst: config.rateLimitBurst }),
    }),
    routes: [healthRoutes({ monitor, version, clock })],
    dashboard: dashboardFrom(),
    observe: createObserve({ log, metrics: createGatewayMetrics(metrics), usage }),
    trustedProxies: config.trustedProxies,
  });
  const server = keep(await startHttpServer(app, { host: config.host, port: config.port }));
  // Before the server stops, which waits for every answer.
  keep(streams);
  return server;
}
