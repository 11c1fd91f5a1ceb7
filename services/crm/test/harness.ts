import { randomBytes } from 'node:crypto';
import { type DescService, fromBinary } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { connectDatabase } from '@drippulse/db';
import { createEmbeddedTransport, migrateEmbeddedTransport, topicOf } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmBundlesService } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { CrmChangeEventsService } from '@drippulse/proto/drippulse/crm/v1/change_events_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmCustomFieldsService } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { CrmImportsService } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { LeadFormsService, PublicLeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmMergesService } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
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
import { createTestDatabase, eventually } from '@drippulse/testing';
import { expect } from '@jest/globals';
import type { Config } from '../src/config.ts';
import type { DB } from '../src/db/schema.ts';
import { migrateService } from '../src/migrate.ts';
import { startService } from '../src/service.ts';

export const editor: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };
export const colleague: Caller = { ...editor, actor: { type: 'user', id: '2' } };
export const key: Caller = { ...editor, actor: { type: 'api_key', id: '7' } };
export const stranger: Caller = { ...editor, organizationId: 2n, actor: { type: 'user', id: '3' } };

/** Who speaks where no credential is asked for. */
export const anonymous: Caller = {
  organizationId: 0n,
  actor: { type: 'service', id: 'gateway' },
  role: 'viewer',
  mode: 'live',
};

/** An enrollment that this service asked for. */
export type Enrolled = { workflowId: bigint; contacts: unknown; caller: Caller };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** The service on a database of its own, with clients as the gateway has them. */
export async function startHarness(options: { hcaptcha?: Config['hcaptcha'] } = {}) {
  const database = await createTestDatabase({ name: 'crm', template: 'crm', prepare: migrateAll });
  const log = createLogger({ service: 'test', level: 'fatal' });
  const keys = generateInternalTokenKeys(serviceNames);
  const peers = createInMemoryPeers();
  const events = createEmbeddedTransport({ url: database.url, log });
  const config: Config = {
    databaseUrl: database.url,
    internalTokenKeys: keys.crm,
    encryptionKeys: randomBytes(32).toString('base64'),
    kafkaBrokers: undefined,
    peerAddresses: { workflows: undefined, 'enrollment-runtime': undefined },
    hcaptcha: options.hcaptcha ?? { siteKey: undefined, secret: undefined, verifyUrl: '', isOwnUrl: false },
    host: '127.0.0.1',
    grpcPort: undefined,
    opsPort: 0,
    logLevel: 'fatal',
  };
  /** Organizations of workflows by id, as the workflows service knows them. */
  const workflows = new Map<bigint, bigint>();
  const enrolled: Enrolled[] = [];
  const enrollFailures: DomainError[] = [];
  registerPeers();
  const running = await startService(config, { peers, events, log });
  const db = connectDatabase<DB>({ url: database.url, schema: 'crm', service: 'test', log, max: 2 });
  const published: CrmEvent[] = [];
  const subscription = await events.consume({
    topic: topicOf(CrmEventSchema).name,
    group: 'test',
    async onBatch({ messages }) {
      published.push(...messages.map((message) => fromBinary(CrmEventSchema, message.value)));
      return { done: messages.length };
    },
  });
  const tokens = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(keys.gateway) });
  const reach = <S extends DescService>(service: S): ((caller: Caller) => Client<S>) =>
    clientFor(service, { peers, target: 'crm', tokens });
  /** What this service calls of the others, as they promise it: not found, and one enrollment for each key. */
  function registerPeers(): void {
    const interceptorsOf = (service: 'workflows' | 'enrollment-runtime') =>
      serverInterceptors({ tokens: createTokens({ service, keys: parseInternalTokenKeys(keys[service]) }), log });
    peers.register(
      'workflows',
      (router) => {
        router.service(WorkflowsService, {
          getWorkflow({ id }, call) {
            if (workflows.get(id) === callerOf(call).organizationId) return { workflow: { id } };
            throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
          },
        });
      },
      interceptorsOf('workflows'),
    );
    const seen = new Set<string | null>();
    peers.register(
      'enrollment-runtime',
      (router) => {
        router.service(EnrollmentsService, {
          bulkEnroll({ workflowId, contacts }, call) {
            const failure = enrollFailures.shift();
            if (failure !== undefined) throw failure;
            const key = call.requestHeader.get('idempotency-key');
            const rows = JSON.parse(Buffer.from(contacts ?? []).toString());
            if (key === null || !seen.has(key)) enrolled.push({ workflowId, contacts: rows, caller: callerOf(call) });
            seen.add(key);
            return { createdCount: 1n };
          },
        });
      },
      interceptorsOf('enrollment-runtime'),
    );
  }

  return {
    db: db.kysely,
    database: db,
    encryptionKeys: config.encryptionKeys,
    reach,
    workflows,
    enrolled,
    /** The next enrollments are refused so. */
    enrollFailures,
    accounts: reach(CrmAccountsService),
    contacts: reach(CrmContactsService),
    leads: reach(CrmLeadsService),
    opportunities: reach(CrmOpportunitiesService),
    activities: reach(CrmActivitiesService),
    pipelines: reach(CrmOpportunityPipelinesService),
    changes: reach(CrmChangeEventsService),
    bundles: reach(CrmBundlesService),
    customFields: reach(CrmCustomFieldsService),
    merges: reach(CrmMergesService),
    leadForms: reach(LeadFormsService),
    publicForms: reach(PublicLeadFormsService),
    /** Events as they were published, in order within one record. */
    published,
    imports: reach(CrmImportsService),
    /** What was published about a record, in order, once `count` events are there. */
    async eventsOf(aggregate: string, count: number): Promise<string[]> {
      const own = () => published.filter((event) => event.aggregate === aggregate);
      await eventually(() => expect(own().length).toBeGreaterThanOrEqual(count));
      return own().map((event) => `${event.sequence} ${event.payload.case}`);
    },
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
