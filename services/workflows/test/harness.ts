import { randomBytes } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { connectDatabase } from '@drippulse/db';
import { createEmbeddedTransport, migrateEmbeddedTransport, topicOf } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { type ApplyWorkflowRequest, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { type WorkflowEvent, WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { WorkflowCatalogService, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import {
  type Caller,
  callerOf,
  clientFor,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serverInterceptors,
  serviceNames,
} from '@drippulse/rpc';
import { DomainError } from '@drippulse/runtime';
import { createTestDatabase } from '@drippulse/testing';
import type { DB } from '../src/db/schema.ts';
import { migrateService } from '../src/migrate.ts';
import { startService } from '../src/service.ts';

/** Projects that the identity service of these tests knows, by organization. */
const projects = new Map([
  [1n, [101n, 102n]],
  [2n, [201n]],
]);

export const editor: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };
export const stranger: Caller = { ...editor, organizationId: 2n };
export const service: Caller = { ...editor, actor: { type: 'service', id: 'gateway' }, role: 'admin' };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** The service on a database of its own, with peers in memory that know projects and note what the runtime is told. */
export async function startHarness() {
  const database = await createTestDatabase({ name: 'workflows', template: 'workflows', prepare: migrateAll });
  const log = createLogger({ service: 'test', level: 'fatal' });
  const keys = generateInternalTokenKeys(serviceNames);
  const peers = createInMemoryPeers();
  const events = createEmbeddedTransport({ url: database.url, log });
  const applied: ApplyWorkflowRequest[] = [];

  const peerInterceptors = (name: 'identity' | 'enrollment-runtime') =>
    serverInterceptors({ tokens: createTokens({ service: name, keys: parseInternalTokenKeys(keys[name]) }), log });
  peers.register(
    'identity',
    (router) => {
      router.service(IdentityService, {
        checkProject(request, call) {
          if (projects.get(callerOf(call).organizationId)?.includes(request.id)) return {};
          throw new DomainError('not_found', 'project_not_found', 'There is no project with this id.');
        },
      });
    },
    peerInterceptors('identity'),
  );
  const registerRuntime = () =>
    peers.register(
      'enrollment-runtime',
      (router) => {
        router.service(RuntimeService, {
          applyWorkflow(request) {
            applied.push(request);
            return {};
          },
        });
      },
      peerInterceptors('enrollment-runtime'),
    );
  registerRuntime();

  const config = {
    databaseUrl: database.url,
    internalTokenKeys: keys.workflows,
    encryptionKeys: randomBytes(32).toString('base64'),
    kafkaBrokers: undefined,
    peerAddresses: { identity: undefined, 'enrollment-runtime': undefined },
    host: '127.0.0.1',
    grpcPort: undefined,
    opsPort: 0,
    logLevel: 'fatal',
    allowPrivate: false,
  } as const;
  const running = await startService(config, { peers, events, log });
  const db = connectDatabase<DB>({ url: database.url, schema: 'workflows', service: 'test', log, max: 2 });
  const published: WorkflowEvent[] = [];
  const subscription = await events.consume({
    topic: topicOf(WorkflowEventSchema).name,
    group: 'test',
    async onBatch({ messages }) {
      published.push(...messages.map((message) => fromBinary(WorkflowEventSchema, message.value)));
      return { done: messages.length };
    },
  });

  const gateway = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(keys.gateway) });
  const workflowsOf = clientFor(WorkflowsService, { peers, target: 'workflows', tokens: gateway });
  const catalogOf = clientFor(WorkflowCatalogService, { peers, target: 'workflows', tokens: gateway });
  return {
    peers,
    registerRuntime,
    db: db.kysely,
    pool: db.pool,
    /** What was published, in order within one workflow. */
    published,
    /** What the runtime was told. */
    applied,
    workflows: (caller: Caller): Client<typeof WorkflowsService> => workflowsOf(caller),
    catalog: (caller: Caller): Client<typeof WorkflowCatalogService> => catalogOf(caller),
    async stop() {
      await subscription.stop();
      await running.stop();
      await events.close();
      peers.close();
      await db.close();
      await database.drop();
    },
  };
}

async function migrateAll(url: string): Promise<void> {
  await migrateService(url);
  await migrateEmbeddedTransport(url);
}
