import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import type { ServiceImpl } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { systemClock } from '@drippulse/loops';
import { createLogger, createMetrics } from '@drippulse/observability';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { BouncesService } from '@drippulse/proto/drippulse/messaging/v1/bounces_pb';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import {
  type Caller,
  type ChainHeaders,
  createChainHeaders,
  createGrpcPeers,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  type Routes,
  serveRpc,
  serverInterceptors,
} from '@drippulse/rpc';
import { createGatewayMetrics } from '../../src/metrics.ts';
import { createApp } from '../../src/middleware/create-app.ts';
import { type ClientLimits, startHttpServer } from '../../src/middleware/http-server.ts';
import { createObserve } from '../../src/observe.ts';
import type { HoldingLimits } from '../../src/transcoder/holdings.ts';
import type { Answered, Authenticate, RateLimit } from '../../src/transcoder/ports.ts';
import { createTranscoder } from '../../src/transcoder/transcode.ts';
import { type ProbeLog, probeService } from './probe-service.ts';

export type Layout = 'in memory' | 'over gRPC';
export const layouts: Layout[] = ['in memory', 'over gRPC'];

export type Probe = {
  url: string;
  port: number;
  log: ProbeLog;
  /** Finished exchanges, as the access log gets them. */
  answered: Answered[];
  /** Signs the chain header in the same way as a service. */
  signChain: ChainHeaders['sign'];
  /** Log lines of the services, as JSON. */
  logged: string[];
  /** Log lines of the gateway, as JSON. */
  loggedByGateway: string[];
  /** Stops accepting requests and lets requests under way finish. */
  leave(): void;
  stopGracefully(graceMs?: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Starts the probe service behind a real transcoder on a real HTTP server. A caller's credential is its role, as in
 * `viewer`, or role and organization, as in `viewer@2`; a test key is `viewer@2@test`.
 */
export async function startProbe(
  layout: Layout,
  options: {
    rateLimit?: RateLimit;
    limits?: Partial<ClientLimits>;
    bodyIdleTimeoutMs?: number;
    /** Default: 10.0.0.0/8. */
    trustedProxies?: string[];
    /** Limits of parallel work. */
    holdings?: Partial<HoldingLimits>;
    /** Response of `GET /probe/redirect`, without a credential. */
    page?: string;
    /** Handler of `GET …/enrollments`, the list of the probe. */
    listEnrollments?: NonNullable<Partial<ServiceImpl<typeof EnrollmentsService>>['listEnrollments']>;
  } = {},
): Promise<Probe> {
  const keys = generateInternalTokenKeys(['gateway', 'workflows']);
  const chains = createChainHeaders(randomBytes(32).toString('base64'));
  const tokensOf = (service: 'gateway' | 'workflows') =>
    createTokens({ service, keys: parseInternalTokenKeys(keys[service]) });
  const [logged, loggedByGateway]: [string[], string[]] = [[], []];
  const serviceLog = createLogger({ service: 'workflows', destination: linesIn(logged) });
  const log: ProbeLog = { delayed: 0, cancelled: [], chunksSent: 0, chunksReceived: 0, causes: [] };
  const routes: Routes = (router) => {
    router.service(ProbeService, probeService(log, options.page));
    // The only route that has both the reason `wrong_content_type` and a larger body. It returns the number of bytes of
    // the contacts.
    router.service(EnrollmentsService, {
      bulkEnroll: ({ contacts }) => ({ createdCount: BigInt(contacts?.length ?? 0) }),
      listEnrollments: options.listEnrollments ?? (() => ({})),
    });
    // This is the route with the largest body that needs no credential.
    router.service(BouncesService, { reportBounces: () => ({}) });
  };
  const interceptors = serverInterceptors({ tokens: tokensOf('workflows'), log: serviceLog });

  const server =
    layout === 'over gRPC'
      ? await serveRpc({ routes, interceptors, host: '127.0.0.1', port: 0, log: serviceLog })
      : undefined;
  const peers =
    server === undefined ? createInMemoryPeers() : createGrpcPeers({ workflows: `127.0.0.1:${server.port}` });
  peers.register('workflows', routes, interceptors);

  const answered: Answered[] = [];
  const observe = createObserve({
    log: createLogger({ service: 'gateway', destination: linesIn(loggedByGateway) }),
    metrics: createGatewayMetrics(createMetrics('gateway')),
    usage: { count: () => undefined },
  });
  const transcode = createTranscoder({
    upstreams: [ProbeService, EnrollmentsService, BouncesService].map((service) => ({
      service,
      audience: 'workflows',
      transport: peers.transport('workflows'),
    })),
    tokens: tokensOf('gateway'),
    chains,
    clock: systemClock,
    authenticate: authenticateByRole,
    rateLimit: options.rateLimit ?? (async () => ({ headers: { ratelimit: '"probe";r=1;t=1' } })),
    limits: options.holdings ?? {},
    ...(options.bodyIdleTimeoutMs !== undefined && { bodyIdleTimeoutMs: options.bodyIdleTimeoutMs }),
  });
  const app = createApp({
    transcode,
    routes: [],
    dashboard: () => undefined,
    observe(exchange) {
      answered.push(exchange);
      observe(exchange);
    },
    trustedProxies: options.trustedProxies ?? ['10.0.0.0/8'],
  });
  const http = await startHttpServer(app, { host: '127.0.0.1', port: 0, limits: options.limits ?? {} });
  return {
    url: `http://127.0.0.1:${http.port}`,
    port: http.port,
    log,
    answered,
    logged,
    loggedByGateway,
    signChain: chains.sign,
    leave: http.leave,
    stopGracefully: (graceMs) => http.stop(graceMs),
    async [Symbol.asyncDispose]() {
      await http.stop(0);
      peers.close();
      await server?.stop(0);
    },
  };
}

/** Collects the lines of a log. */
function linesIn(lines: string[]): Writable {
  return new Writable({
    write(line, _encoding, done) {
      lines.push(String(line));
      done();
    },
  });
}

const authenticateByRole: Authenticate = async ({ raw }) => {
  const credential = /^Bearer (viewer|approver|editor|admin)(?:@(\d+))?(@test)?$/.exec(raw.headers.authorization ?? '');
  const [, role, organizationId = '1', isTest] = credential ?? [];
  if (role === undefined) throw new DomainError('unauthenticated', 'unauthenticated', 'Who are you?');
  const caller: Caller = {
    organizationId: BigInt(organizationId),
    actor: { type: 'user', id: '1' },
    role: role as Caller['role'], // the expression matches no other role
    mode: isTest === undefined ? 'live' : 'test',
  };
  return { caller, limitKey: `role:${role}` };
};
