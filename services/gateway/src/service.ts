import { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { createLimiters, defineStatelessService } from '@drippulse/service';
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

/** The public API. It has no state. Identity is a separate service, which usually runs within the same process. */
export const service = defineStatelessService<Config, Overrides>({
  name: 'gateway',
  readConfig,
  // The gateway stays ready if a service that it needs is unavailable: otherwise the load balancer would remove every
  // gateway, and all other routes would fail as well.
  staysReady: true,
  async open(base, keep, { redisTimeoutMs: timeoutMs }) {
    const { config, peers, tokens, chains, clock, log, registry } = base;
    const parts = Object.fromEntries(owners.map((owner) => [owner, () => peers.isServing(owner)]));
    const limiters = keep(createLimiters(config.redisUrl, { log, registry, timeoutMs }));
    const credentialsOf = base.client(CredentialsService);
    const lookups = createLookupLimit(limiters);
    const credentials = createCredentials({ identity: () => credentialsOf(ownCaller), clock, lookups });
    const usage = keep(startApiKeyUsage({ identity: () => credentialsOf(ownCaller), clock, log }));
    const hub = keep(await startHub({ transport: base.events, log }));
    const authenticate = createAuthenticate(credentials, config);
    const streams = createStreams({ hub, metrics: createStreamMetrics(registry) });
    const monitor = keep(startHealthMonitor({ parts, clock, log }));
    const app = createApp({
      transcode: createTranscoder({
        upstreams: publicUpstreams((owner) =>
          owner === identity
            ? forgetOnChange(peers.transport(owner), () => credentials.forget())
            : peers.transport(owner),
        ),
        ...{ tokens, chains, clock, authenticate },
        streamEvents: streamHints({ streams, authenticate }),
        rateLimit: createRateLimit(limiters, { perMinute: config.rateLimitPerMinute, burst: config.rateLimitBurst }),
      }),
      routes: [healthRoutes({ monitor, version, clock })],
      dashboard: dashboardFrom(),
      observe: createObserve({ log, metrics: createGatewayMetrics(registry), usage }),
      trustedProxies: config.trustedProxies,
    });
    const server = keep(await startHttpServer(app, { host: config.host, port: config.port }));
    // The streams stop before the server, because the server waits for every response.
    keep(streams);
    return { publicPort: server.port, parts, leave: server.leave };
  },
});
