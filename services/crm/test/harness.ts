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
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import {
  type Caller,
  clientFor,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serviceNames,
} from '@drippulse/rpc';
import { createTestDatabase, eventually } from '@drippulse/testing';
import { expect } from '@jest/globals';
import type { DB } from '../src/db/schema.ts';
import { migrateService } from '../src/migrate.ts';
import { startService } from '../src/service.ts';

export const editor: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };
export const colleague: Caller = { ...editor, actor: { type: 'user', id: '2' } };
export const key: Caller = { ...editor, actor: { type: 'api_key', id: '7' } };
export const stranger: Caller = { ...editor, organizationId: 2n, actor: { type: 'user', id: '3' } };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** The service on a database of its own, with clients as the gateway has them. */
export async function startHarness() {
  const database = await createTestDatabase({ name: 'crm', template: 'crm', prepare: migrateAll });
  const log = createLogger({ service: 'test', level: 'fatal' });
  const keys = generateInternalTokenKeys(serviceNames);
  const peers = createInMemoryPeers();
  const events = createEmbeddedTransport({ url: database.url, log });
  const config = {
    databaseUrl: database.url,
    internalTokenKeys: keys.crm,
    encryptionKeys: randomBytes(32).toString('base64'),
    kafkaBrokers: undefined,
    host: '127.0.0.1',
    grpcPort: undefined,
    opsPort: 0,
    logLevel: 'fatal',
  } as const;
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
  return {
    db: db.kysely,
    accounts: reach(CrmAccountsService),
    contacts: reach(CrmContactsService),
    leads: reach(CrmLeadsService),
    opportunities: reach(CrmOpportunitiesService),
    activities: reach(CrmActivitiesService),
    pipelines: reach(CrmOpportunityPipelinesService),
    changes: reach(CrmChangeEventsService),
    bundles: reach(CrmBundlesService),
    customFields: reach(CrmCustomFieldsService),
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
