import { randomBytes } from 'node:crypto';
import { fromBinary, getOption, toBinary } from '@bufbuild/protobuf';
import { connectDatabase } from '@drippulse/db';
import { createEmbeddedTransport, migrateEmbeddedTransport, topicOf } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type EnrollmentEvent, EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { webhook } from '@drippulse/proto/drippulse/events/v1/options_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { type Workflow, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
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
import { createTestDatabase, eventually, type TestDatabase } from '@drippulse/testing';
import type { Config } from '../src/config.ts';
import type { DB } from '../src/db/schema.ts';
import { migrateService } from '../src/migrate.ts';
import { type Service, startService } from '../src/service.ts';
import { createCrmPeer } from './crm-peer.ts';

export const editor: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };
export const stranger: Caller = { ...editor, organizationId: 2n };
export const tester: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin', mode: 'test' };
export const workflowsService: Caller = { ...editor, actor: { type: 'service', id: 'workflows' }, role: 'admin' };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** What tests change of a runtime. */
export type RuntimeOptions = { leaseMs?: number; mailDir?: string };

/** The service on a database of its own, with peers in memory and a workflows service that knows what it is given. */
export async function startHarness(options: RuntimeOptions & { start?: boolean; database?: TestDatabase } = {}) {
  const database =
    options.database ??
    (await createTestDatabase({ name: 'enrollments', template: 'enrollments', prepare: migrateAll }));
  const log = createLogger({ service: 'test', level: process.env['TEST_LOG_LEVEL'] ?? 'fatal' });
  const keys = generateInternalTokenKeys(serviceNames);
  const peers = createInMemoryPeers();
  const events = createEmbeddedTransport({ url: database.url, log });
  const tokensOf = (service: 'gateway' | 'workflows' | 'crm') =>
    createTokens({ service, keys: parseInternalTokenKeys(keys[service]) });
  /** Workflows that only the workflows service knows, by id. */
  const elsewhere = new Map<bigint, { organizationId: bigint; workflow: Workflow }>();
  peers.register(
    'workflows',
    (router) => {
      router.service(WorkflowsService, {
        getWorkflow({ id }, call) {
          const known = elsewhere.get(id);
          if (known?.organizationId === callerOf(call).organizationId) return { workflow: known.workflow };
          throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
        },
      });
    },
    serverInterceptors({ tokens: tokensOf('workflows'), log }),
  );

  const crm = createCrmPeer();
  peers.register('crm', crm.routes, serverInterceptors({ tokens: tokensOf('crm'), log }));

  const config: Config = {
    databaseUrl: database.url,
    internalTokenKeys: keys['enrollment-runtime'],
    encryptionKeys: randomBytes(32).toString('base64'),
    kafkaBrokers: undefined,
    peerAddresses: { workflows: undefined, 'webhook-delivery': undefined, crm: undefined },
    host: '127.0.0.1',
    grpcPort: undefined,
    opsPort: 0,
    logLevel: 'fatal',
    smtpUrl: undefined,
    mailFrom: 'drippulse@localhost',
    mailDir: options.mailDir,
    allowPrivate: true,
    historyDays: 180,
    leaseMs: options.leaseMs ?? 8_000,
  };
  const running: Service[] = [];
  let shiftMs = 0;
  const startRuntime = async () => {
    const service = await startService(config, { peers, events, log, shiftMs: () => shiftMs });
    running.push(service);
    return service;
  };
  if (options.start !== false) await startRuntime();

  const db = connectDatabase<DB>({ url: database.url, schema: 'enrollments', service: 'test', log, max: 2 });
  const published: EnrollmentEvent[] = [];
  const subscription = await events.consume({
    topic: topicOf(EnrollmentEventSchema).name,
    group: 'test',
    async onBatch({ messages }) {
      published.push(...messages.map((message) => fromBinary(EnrollmentEventSchema, message.value)));
      return { done: messages.length };
    },
  });
  const producer = await events.createProducer();

  const enrollmentsOf = clientFor(EnrollmentsService, {
    peers,
    target: 'enrollment-runtime',
    tokens: tokensOf('gateway'),
  });
  const runtimeOf = clientFor(RuntimeService, { peers, target: 'enrollment-runtime', tokens: tokensOf('workflows') });
  return {
    config,
    /** What a runtime in another process needs to be one of these. */
    url: database.url,
    db: db.kysely,
    /** Events as they were published, in order within one enrollment. */
    published,
    crm,
    elsewhere,
    startRuntime,
    /** Stops the runtimes in order, as a deployment does. */
    async stopRuntimes() {
      for (const service of running.splice(0)) await service.stop();
    },
    enrollments: (caller: Caller = editor) => enrollmentsOf(caller),
    runtime: (caller: Caller = workflowsService) => runtimeOf(caller),
    /** Time passes for the runtime's database. */
    pass(ms: number) {
      shiftMs += ms;
    },
    /** Publishes an event of the workflows service. */
    async publishWorkflow(value: Uint8Array) {
      await events.ensureTopics([topicOf(WorkflowEventSchema).name]);
      const headers = { ce_id: 'evt_test', ce_type: 'workflow.updated' };
      await producer.send(topicOf(WorkflowEventSchema).name, [{ key: 'test', value, headers }], 5_000);
    },
    /** Publishes events of the CRM, as its relay does; answers their ids. */
    async publishCrm(...messages: CrmEvent[]): Promise<string[]> {
      const topic = topicOf(CrmEventSchema);
      await events.ensureTopics([topic.name]);
      const sent = messages.map((message) => ({
        key: message.aggregate,
        value: toBinary(CrmEventSchema, message),
        headers: { ce_id: message.id, ce_type: typeOf(message) },
      }));
      await producer.send(topic.name, sent, 5_000);
      return messages.map(({ id }) => id);
    },
    /** Waits until the triggers have handled every event of the CRM that was published. */
    async crmHandled() {
      await eventually(async () => {
        const lags = await events.lag(topicOf(CrmEventSchema).name, 'enrollment-runtime');
        return lags.size > 0 && [...lags.values()].every((lag) => lag === 0n);
      });
    },
    async stop() {
      await subscription.stop();
      await producer.close();
      for (const service of running) await service.stop();
      await events.close();
      peers.close();
      await db.close();
      await database.drop();
    },
  };
}

function typeOf({ payload }: CrmEvent): string {
  const field = CrmEventSchema.fields.find(({ localName }) => localName === payload.case);
  return field === undefined ? '' : getOption(field, webhook).type;
}

async function migrateAll(url: string): Promise<void> {
  await migrateService(url);
  await migrateEmbeddedTransport(url);
}
