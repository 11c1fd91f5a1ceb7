import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { service as agents } from '@drippulse/agents';
import { service as analyst } from '@drippulse/analytics';
import { service as billing } from '@drippulse/billing';
import { service as crm } from '@drippulse/crm';
import { service as runtime } from '@drippulse/enrollments';
import { createKafkaTransport, topicOf } from '@drippulse/events';
import { service as integrator } from '@drippulse/integrations';
import { createLogger } from '@drippulse/observability';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import { BillingEventSchema } from '@drippulse/proto/drippulse/billing/v1/events_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { EntitlementsEventSchema, UsageEventSchema } from '@drippulse/proto/drippulse/entitlements/v1/events_pb';
import { OrganizationEventSchema } from '@drippulse/proto/drippulse/identity/v1/events_pb';
import { IntegrationEventSchema } from '@drippulse/proto/drippulse/integrations/v1/events_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  freePort,
  type KafkaBroker,
  startEmbeddedPostgres,
  startKafka,
  type Unavailable,
} from '@drippulse/servers';
import { service as deliverer } from '@drippulse/webhooks';
import pg from 'pg';

/** The real servers of one chaos run, which the faults hit. */
export type Servers = {
  folder: string;
  postgresUrl: string;
  kafka: KafkaBroker;
  /** The organization of each event that was read from Kafka, by the event's id. */
  published: Map<string, string>;
  publishedBy: { crm: Map<string, string>; billing: Map<string, string> };
  /** Shuts PostgreSQL down immediately, as in a power cut, and recovers it. */
  crashPostgres(): Promise<void>;
  stop(): Promise<void>;
};

/** Topics whose events are compared with the rows of their outbox, by the schema of the service. */
const kept = {
  enrollments: topicOf(EnrollmentEventSchema).name,
  crm: topicOf(CrmEventSchema).name,
  billing: topicOf(BillingEventSchema).name,
};
/** The other topics that services consume. */
const others = [
  ...[WorkflowEventSchema, AgentEventSchema, WebhookEventSchema],
  ...[OrganizationEventSchema, IntegrationEventSchema, EntitlementsEventSchema, UsageEventSchema],
];
const settings = { fsync: false, max_connections: 200 };

export async function startServers(): Promise<Servers | Unavailable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drippulse-chaos-'));
  const options = { dataDir: path.join(folder, 'postgres'), port: await freePort(), settings };
  const [kafka, first] = await Promise.all([
    startKafka({ dataDir: path.join(folder, 'kafka') }),
    startDatabase(options),
  ]);
  let postgres = first;
  if ('unavailable' in kafka) {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
    return kafka;
  }

  const log = createLogger({ service: 'chaos', level: 'silent' });
  const transport = createKafkaTransport({ brokers: kafka.brokers, clientId: 'chaos', log });
  await transport.ensureTopics([...Object.values(kept), ...others.map((desc) => topicOf(desc).name)]);
  /** Collects the events of a topic. */
  const collect = async (topic: string) => {
    const published = new Map<string, string>();
    await transport.consume({
      topic,
      group: 'chaos',
      async onBatch({ messages }) {
        for (const { headers } of messages) published.set(headers['ce_id'] ?? '', headers['organization'] ?? '');
        return { done: messages.length };
      },
    });
    return published;
  };
  return {
    folder,
    postgresUrl: postgres.url,
    kafka,
    published: await collect(kept.enrollments),
    publishedBy: { crm: await collect(kept.crm), billing: await collect(kept.billing) },
    async crashPostgres() {
      process.kill(postgres.pid, 'SIGQUIT');
      postgres = await startEmbeddedPostgres(options);
    },
    async stop() {
      await transport.close();
      await Promise.all([kafka.kill(), postgres.stop()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function startDatabase(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(options);
  await runtime.migrate(postgres.url);
  await deliverer.migrate(postgres.url);
  await analyst.migrate(postgres.url);
  await integrator.migrate(postgres.url);
  await agents.migrate(postgres.url);
  await crm.migrate(postgres.url);
  await billing.migrate(postgres.url);
  await keepOutbox(postgres.url);
  return postgres;
}

/**
 * Adds triggers that copy each row of a service's own events in the transaction that commits the row. The copies are
 * needed because sent rows of the outbox are deleted. Rows of the audit trail are not copied, because nothing reads
 * their topic here.
 */
async function keepOutbox(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create schema chaos;
    create table chaos.outbox (service text, id bigint, frame bytea);
    create function chaos.keep_outbox() returns trigger language plpgsql as $$
      begin
        insert into chaos.outbox values (tg_table_schema, new.id, new.frame);
        return new;
      end $$`);
  for (const [schema, topic] of Object.entries(kept)) {
    await client.query(`
      create trigger keep after insert on ${schema}.outbox for each row
        when (new.topic = '${topic}') execute function chaos.keep_outbox()`);
  }
  await client.end();
}
