import { randomBytes } from 'node:crypto';
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { connectDatabase } from '@drippulse/db';
import { createEmbeddedTransport, migrateEmbeddedTransport, type TransportMessage, topicOf } from '@drippulse/events';
import type { Resolve } from '@drippulse/http';
import { createLogger } from '@drippulse/observability';
import { type WebhookEvent, WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import {
  type CreateWebhookRequestSchema,
  WebhookSigningService,
  WebhooksService,
} from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import {
  type Caller,
  clientFor,
  createInMemoryPeers,
  createTokens,
  generateInternalTokenKeys,
  parseInternalTokenKeys,
  serviceNames,
} from '@drippulse/rpc';
import { createTestDatabase, eventually, startReceiver } from '@drippulse/testing';
import { sql } from 'kysely';
import { eventMessages } from '../src/catalog/event-messages.ts';
import type { DB } from '../src/db/schema.ts';
import { newEventId } from '../src/deliveries/event-id.ts';
import { migrateService } from '../src/migrate.ts';
import { startService } from '../src/service.ts';

export const editor: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };
export const viewer: Caller = { ...editor, role: 'viewer' };
export const stranger: Caller = { ...editor, organizationId: 2n };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** The service on a database of its own, a receiver for its deliveries, and what it publishes about endpoints. */
export async function startHarness(
  o: { allowPrivate?: boolean; resolve?: Resolve; redisUrl?: string; leaseSeconds?: number } = {},
) {
  const database = await createTestDatabase({ name: 'webhooks', template: 'webhooks', prepare: migrateAll });
  const log = createLogger({ service: 'test', level: process.env['TEST_LOG_LEVEL'] ?? 'fatal' });
  const keys = generateInternalTokenKeys(serviceNames);
  const peers = createInMemoryPeers();
  const events = createEmbeddedTransport({ url: database.url, log });
  const producer = await events.createProducer();
  await events.ensureTopics(eventMessages.map((event) => topicOf(event).name));
  const receiver = await startReceiver();
  const config = {
    databaseUrl: database.url,
    internalTokenKeys: keys['webhook-delivery'],
    encryptionKeys: randomBytes(32).toString('base64'),
    kafkaBrokers: undefined,
    redisUrl: o.redisUrl,
    leaseSeconds: o.leaseSeconds ?? 30,
    host: '127.0.0.1',
    grpcPort: undefined,
    opsPort: 0,
    logLevel: 'fatal' as const,
    allowPrivate: o.allowPrivate ?? true,
  };
  const shared = { peers, events, log, random: () => 0.5, resolve: o.resolve };
  const running = [await startService(config, shared)];
  const db = connectDatabase<DB>({ url: database.url, schema: 'webhooks', service: 'test', log, max: 4 });
  const published: WebhookEvent[] = [];
  const subscription = await events.consume({
    topic: topicOf(WebhookEventSchema).name,
    group: 'test',
    async onBatch({ messages }) {
      published.push(...messages.map((message) => fromBinary(WebhookEventSchema, message.value)));
      return { done: messages.length };
    },
  });

  const gateway = createTokens({ service: 'gateway', keys: parseInternalTokenKeys(keys.gateway) });
  const target = { peers, target: 'webhook-delivery', tokens: gateway } as const;
  const webhooksOf = clientFor(WebhooksService, target);
  const signingOf = clientFor(WebhookSigningService, target);

  return {
    config,
    database,
    db: db.kysely,
    events,
    receiver,
    /** What was raised about endpoints. */
    published,
    webhooks: (caller: Caller) => webhooksOf(caller),
    signing: (caller: Caller) => signingOf(caller),
    /** A second process on the same database, or the first one again. */
    async startAnother() {
      running.push(await startService(config, shared));
    },
    /** Stops the services that run, as SIGTERM would. */
    async stopServices() {
      for (const service of running.splice(0)) await service.stop();
    },
    async create(request: MessageInitShape<typeof CreateWebhookRequestSchema> = {}, caller = editor) {
      const values = { url: receiver.url, eventType: 'workflow.created', ...request };
      const { webhook } = await webhooksOf(caller).createWebhook(values);
      if (webhook === undefined) throw new Error('no webhook came back');
      return webhook;
    },
    /** Publishes that workflows were created; `ids` are those of the events. */
    async publish(
      names: readonly string[],
      o: { organizationId?: bigint; ids?: string[]; at?: Date; workflowId?: bigint } = {},
    ) {
      const at = o.at ?? new Date();
      const ids = o.ids ?? names.map(() => newEventId(at));
      const messages = names.map((name, index) => workflowCreated(ids[index] ?? '', name, at, o));
      await producer.send(topicOf(WorkflowEventSchema).name, messages, 5000);
      return ids;
    },
    /** Publishes a message of an event to its topic. */
    async send(event: DescMessage, message: TransportMessage) {
      await producer.send(topicOf(event).name, [message], 5000);
    },
    /** The deliveries of a webhook, newest first, once there are as many. */
    deliveries: (webhookId: bigint, count: number) =>
      eventually(async () => {
        const { deliveries } = await webhooksOf(editor).listDeliveries({ webhookId });
        if (deliveries.length < count) throw new Error(`${deliveries.length} of ${count} deliveries`);
        return deliveries;
      }),
    /** The lane of a webhook's events once its circuit is open, a moment after the attempt that opened it was recorded. */
    openLane: (webhookId: bigint) =>
      eventually(async () => {
        const lane = await db.kysely
          .selectFrom('lanes')
          .selectAll()
          .where('webhook_id', '=', webhookId)
          .where('is_manual', '=', false)
          .executeTakeFirstOrThrow();
        if (lane.open_until === null) throw new Error('its circuit is closed');
        return lane;
      }),
    /** Lets time pass for everything that is due or is remembered of endpoints. */
    async pass(seconds: number) {
      const by = sql`${seconds} * interval '1 second'`;
      await db.kysely.transaction().execute(async (trx) => {
        // In the order of the service, which is at work meanwhile.
        await sql`select from endpoints order by webhook_id for update`.execute(trx);
        await sql`select from queue order by delivery_id for update`.execute(trx);
        await sql`select from lanes order by webhook_id, is_manual for update`.execute(trx);
        await sql`
          update endpoints
          set failing_since = failing_since - ${by}, window_started_at = window_started_at - ${by}`.execute(trx);
        await sql`update queue set due_at = due_at - ${by}`.execute(trx);
        await sql`update lanes set next_due_at = next_due_at - ${by}, open_until = open_until - ${by}`.execute(trx);
      });
    },
    async stop() {
      await subscription.stop();
      for (const service of running) await service.stop();
      await events.close();
      peers.close();
      await receiver.stop();
      await db.close();
      await database.drop();
    },
  };
}

function workflowCreated(id: string, name: string, at: Date, o: { organizationId?: bigint; workflowId?: bigint }) {
  const { organizationId = 1n, workflowId = 12n } = o;
  const init: MessageInitShape<typeof WorkflowEventSchema> = {
    id,
    time: timestampFromDate(at),
    organizationId,
    sequence: 1n,
    aggregate: `workflow:${workflowId}`,
    payload: {
      case: 'created',
      value: {
        id: workflowId,
        name,
        status: 1,
        version: 1,
        steps: Buffer.from('[{"config":{"price":1.10}}]'),
        integrations: Buffer.from('[]'),
        createdAt: timestampFromDate(at),
        updatedAt: timestampFromDate(at),
      },
    },
  };
  return {
    key: `${organizationId}:workflow:${workflowId}`,
    value: toBinary(WorkflowEventSchema, create(WorkflowEventSchema, init)),
    headers: { ce_id: id, ce_type: 'workflow.created' },
  };
}

async function migrateAll(url: string): Promise<void> {
  await migrateService(url);
  await migrateEmbeddedTransport(url);
}
