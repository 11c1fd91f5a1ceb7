import { randomBytes } from 'node:crypto';
import { createLogger } from '@drippulse/observability';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import {
  callerOf,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serverInterceptors,
} from '@drippulse/rpc';
import { createTestDatabase, eventually } from '@drippulse/testing';
import { serviceNames } from '@drippulse/topology';
import type { Config } from '../src/config.ts';
import { connectIdentity, createOrganization, type Identity } from '../src/identity/organizations/index.ts';
import { migrateService } from '../src/migrate.ts';
import { type Shared, startService } from '../src/service.ts';

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
 * The real gateway on a database of its own, reached `through` another address if need be; the one peer identity asks, workflows, counts in memory.
 */
export async function startGateway(
  overrides: Partial<Config> = {},
  through = async (url: string) => url,
  shared: Pick<Shared, 'redisTimeoutMs'> = {},
) {
  const database = await createTestDatabase({ name: 'identity', template: 'identity', prepare: migrateAll });
  const log = createLogger({ service: 'test', level: 'fatal' });
  const keys = generateInternalTokenKeys(serviceNames);
  const peers = createInMemoryPeers();
  const workflowsOf = new Map<bigint, { organizationId: bigint; count: bigint }>();
  const registerWorkflows = () => {
    const tokens = createTokens({ service: 'workflows', keys: parseInternalTokenKeys(keys.workflows) });
    peers.register(
      'workflows',
      (router) => {
        router.service(WorkflowCatalogService, {
          countByProject({ projectIds }, call) {
            const own = projectIds.filter(
              (id) => workflowsOf.get(id)?.organizationId === callerOf(call).organizationId,
            );
            return { counts: Object.fromEntries(own.map((id) => [String(id), workflowsOf.get(id)?.count ?? 0n])) };
          },
          reassignProject({ projectId, reassignTo }, call) {
            const { organizationId } = callerOf(call);
            const moved = workflowsOf.get(projectId)?.count ?? 0n;
            workflowsOf.delete(projectId);
            if (reassignTo !== undefined && moved > 0n) {
              const count = (workflowsOf.get(reassignTo)?.count ?? 0n) + moved;
              workflowsOf.set(reassignTo, { organizationId, count });
            }
            return { movedCount: moved };
          },
        });
      },
      serverInterceptors({ tokens, log }),
    );
  };
  registerWorkflows();

  let offsetMs = 0;
  const clock = { now: () => new Date(Date.now() + offsetMs) };
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    opsPort: 0,
    grpcPort: undefined,
    trustedProxies: [],
    databaseUrl: await through(database.url),
    redisUrl: undefined,
    sessionKeys: randomBytes(32).toString('base64'),
    internalTokenKeys: keys.gateway,
    encryptionKeys: randomBytes(32).toString('base64'),
    peerAddresses: {},
    rateLimitPerMinute: 60_000,
    rateLimitBurst: 1000,
    logLevel: 'fatal',
    ...overrides,
  };
  const service = await startService(config, { ...shared, peers, log, clock });
  const identity = connectIdentity(database.url, log);

  return {
    config,
    service,
    peers,
    keys,
    identity,
    url: `http://127.0.0.1:${service.port}`,
    /** Workflows that the peer knows of, by project. */
    workflowsOf,
    registerWorkflows,
    shiftClock(ms: number) {
      offsetMs += ms;
    },
    as: (token: string | null): Call => callerOfApi(`http://127.0.0.1:${service.port}`, token),
    makeOrganization: (username: string) => makeOrganization(identity, username),
    async stop() {
      await service.stop();
      await identity.close();
      peers.close();
      await database.drop();
    },
  };
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** Logs in and answers a caller with the session. */
export async function logIn(gateway: Gateway, username: string): Promise<{ call: Call; token: string }> {
  const answer = await gateway.as(null)('POST', '/api/v1/auth/login', { username, password });
  if (answer.status !== 200) throw new Error(answer.text);
  return { call: gateway.as(answer.body.token), token: answer.body.token };
}

/**
 * When the last request was sent that a credential, which is no good any more, still got through. What came back late
 * because the machine was busy was none the less sent in time, so that only what was let in late is late.
 */
export async function lastAcceptedAt(call: Call): Promise<number> {
  let acceptedAt = 0;
  await eventually(
    async () => {
      const sentAt = performance.now();
      const { status } = await call('GET', '/api/v1/account');
      if (status === 200) acceptedAt = sentAt;
      return status === 401;
    },
    { timeoutMs: 20_000 },
  );
  return acceptedAt;
}

async function migrateAll(url: string): Promise<void> {
  await migrateService(url);
}

function makeOrganization(identity: Identity, username: string) {
  return createOrganization(identity, { name: username, username, email: `${username}@example.com`, password });
}

function callerOfApi(base: string, token: string | null): Call {
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
