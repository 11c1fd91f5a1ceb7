import { DomainError } from '@drippulse/errors';
import type { LookUpTxt } from '@drippulse/http';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import { createHarness, testLogger } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { type Config, readConfig } from '../src/config.ts';
import { connectIdentity, createOrganization, type Identity } from '../src/identity/organizations/index.ts';
import { type Config as IdentityConfig, service as identityService } from '../src/identity/service.ts';
import { service } from '../src/service.ts';

export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of every shape
  body: any;
};
export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

export const password = 'correct horse battery';

/**
 * Starts the gateway and the identity service. If `through` is given, it converts the database's URL to the one that
 * the services use. The only peer of the identity service is workflows, which counts in memory.
 */
export async function startGateway(
  overrides: Partial<Config> & { identity?: Partial<IdentityConfig> } = {},
  through?: (url: string) => Promise<string>,
  { redisTimeoutMs, lookUpTxt }: { redisTimeoutMs?: number; lookUpTxt?: LookUpTxt } = {},
) {
  const { identity: identityOverrides, ...gatewayOverrides } = overrides;
  const workflowsOf = new Map<bigint, { organizationId: bigint; count: bigint; mode?: Mode }>();
  let offsetMs = 0;
  const clock = { now: () => new Date(Date.now() + offsetMs) };
  const log = testLogger();
  const harness = await createHarness(identityService, {
    env: { SESSION_KEYS: Buffer.alloc(32, 7).toString('base64') },
    config: { redisUrl: overrides.redisUrl, ...identityOverrides },
    overrides: { ...(redisTimeoutMs && { redisTimeoutMs }), ...(lookUpTxt && { lookUpTxt }) },
    clock,
    ...(through && { through }),
  });
  const { peers, events, database, keys } = harness;
  const registerWorkflows = () =>
    harness.servePeer(serviceOf('workflows'), (router) => {
      router.service(WorkflowCatalogService, {
        countByProject({ projectIds, mode }, call) {
          const own = projectIds.filter((id) => {
            const found = workflowsOf.get(id);
            const isCounted = mode === undefined || mode === (found?.mode ?? Mode.LIVE);
            return isCounted && found?.organizationId === callerOf(call).organizationId;
          });
          return { counts: Object.fromEntries(own.map((id) => [String(id), workflowsOf.get(id)?.count ?? 0n])) };
        },
        reassignProject({ projectId, reassignTo, onlyIfEmpty }, call) {
          const { organizationId } = callerOf(call);
          const moved = workflowsOf.get(projectId)?.count ?? 0n;
          if (onlyIfEmpty && moved > 0n) {
            throw new DomainError('failed_precondition', 'project_not_empty', `The project has ${moved} workflows.`);
          }
          workflowsOf.delete(projectId);
          if (reassignTo !== undefined && moved > 0n) {
            const count = (workflowsOf.get(reassignTo)?.count ?? 0n) + moved;
            workflowsOf.set(reassignTo, { organizationId, count });
          }
          return { movedCount: moved };
        },
      });
    });
  registerWorkflows();
  const identityProcess = await harness.start();
  const config: Config = {
    ...readConfig({
      ...keys.environmentOf(service.name, database.url),
      PORT: '0',
      RATE_LIMIT_PER_MINUTE: '60000',
      RATE_LIMIT_BURST: '1000',
    }),
    ...gatewayOverrides,
  };
  const shared = { peers, events, log, clock, ...(redisTimeoutMs && { redisTimeoutMs }) };
  const running = await service.start(config, shared);
  const identity = connectIdentity(database.url, log);
  const url = `http://127.0.0.1:${running.publicPort}`;

  return {
    config: { ...config, identity: harness.config },
    service: running,
    /** Port of the identity service's gRPC server. */
    grpcPort: identityProcess.port,
    /** Metrics of both services, as one process would export them. */
    metrics: async () => `${await running.metrics.metrics()}${await identityProcess.metrics.metrics()}`,
    peers,
    /** Collects the events of a topic from now on. */
    collect: harness.collect,
    /** The transport of hints. */
    events,
    database,
    /** Starts a second gateway process on the same database. */
    startAnother: async () => {
      const other = await service.start(config, shared);
      return { url: `http://127.0.0.1:${other.publicPort}`, stop: () => other.stop() };
    },
    tokensOf: keys.tokensOf,
    identity,
    url,
    /** Workflows that the peer counts, by project. */
    workflowsOf,
    registerWorkflows,
    shiftClock(ms: number) {
      offsetMs += ms;
    },
    as: (token: string | null, at = url): Call => callerOfApi(at, token),
    makeOrganization: (username: string) => makeOrganization(identity, username),
    async stop() {
      await running.stop();
      await identity.close();
      await harness.stop();
    },
  };
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** Logs in and returns a function that calls with the session. */
export async function logIn(gateway: Pick<Gateway, 'as'>, username: string): Promise<{ call: Call; token: string }> {
  const answer = await gateway.as(null)('POST', '/api/v1/auth/login', { username, password });
  if (answer.status !== 200) throw new Error(answer.text);
  return { call: gateway.as(answer.body.token), token: answer.body.token };
}

/**
 * Waits until a credential that was revoked through a different gateway is refused. That takes five seconds and a
 * look-up.
 */
export async function untilRefused(call: Call): Promise<void> {
  await eventually(async () => (await call('GET', '/api/v1/account')).status === 401);
}

export async function migrateAll(url: string): Promise<void> {
  await identityService.migrate(url);
}

export function makeOrganization(identity: Identity, username: string) {
  return createOrganization(identity, { name: username, username, email: `${username}@example.com`, password });
}

/** Calls the API at `base` with a bearer token, or without one. */
export function callerOfApi(base: string, token: string | null): Call {
  return async (method, path, body, headers = {}) => {
    const answer = await fetch(base + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined };
  };
}
