import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type TransportMessage, topicOf } from '@drippulse/events';
import type { Resolve } from '@drippulse/http';
import type { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import {
  type CreateWebhookRequestSchema,
  WebhookSigningService,
  WebhooksService,
} from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { type Caller, createChainHeaders } from '@drippulse/rpc';
import { createHarness, editor } from '@drippulse/service/harness';
import { eventually, startReceiver } from '@drippulse/testing';
import { publicService, serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import { eventMessages } from '../src/catalog/event-messages.ts';
import type { DB } from '../src/db/schema.ts';
import { newEventId } from '../src/deliveries/event-id.ts';
import { service } from '../src/service.ts';
import { guardQueue } from './guard-queue.ts';

export { editor, stranger } from '@drippulse/service/harness';

export const viewer: Caller = { ...editor, role: 'viewer' };

export const tester: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin', mode: 'test' };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Starts the service, a receiver of its deliveries, and a list of the events that it publishes about endpoints. */
export async function startHarness(
  o: { allowPrivate?: boolean; resolve?: Resolve; redisUrl?: string; leaseSeconds?: number } = {},
) {
  const harness = await createHarness(service, {
    env: {
      WEBHOOK_ALLOW_PRIVATE: String(o.allowPrivate ?? true),
      LEASE_SECONDS: String(o.leaseSeconds ?? 30),
      ...(o.redisUrl !== undefined && { REDIS_URL: o.redisUrl }),
    },
    overrides: { random: () => 0.5, ...(o.resolve && { resolve: o.resolve }) },
  });
  const { config, database, events, keep } = harness;
  const producer = await events.createProducer();
  await events.ensureTopics(eventMessages.map((event) => topicOf(event).name));
  const receiver = keep(await startReceiver());
  const db = harness.connect<DB>(4);
  await guardQueue(db.kysely);
  const { metrics } = await harness.start();
  const webhooksOf = harness.clientsFrom(serviceOf('identity'), WebhooksService);

  return {
    config,
    /** Reads the chain in a header of a delivery, as the gateway does. */
    readChain: (header: unknown) => {
      const { CHAIN_KEYS = '' } = harness.keys.environmentOf(publicService, '');
      return createChainHeaders(CHAIN_KEYS).read(String(header), new Date());
    },
    database,
    db: db.kysely,
    events,
    metrics,
    receiver,
    /** Events that the service raised about endpoints. */
    published: await harness.collect(WebhookEventSchema),
    webhooks: webhooksOf,
    signing: harness.clientsFrom(serviceOf('identity'), WebhookSigningService),
    /** Starts a second process on the same database, or the first one again. */
    async startAnother() {
      await harness.start();
    },
    stopServices: harness.stopServices,
    async create(request: MessageInitShape<typeof CreateWebhookRequestSchema> = {}, caller = editor) {
      const values = { url: receiver.url, eventType: 'workflow.created', ...request };
      const { webhook } = await webhooksOf(caller).createWebhook(values);
      if (webhook === undefined) throw new Error('no webhook came back');
      return webhook;
    },
    /** Publishes that workflows were created; `ids` are the ids of the events. */
    async publish(
      names: readonly string[],
      o: { organizationId?: bigint; ids?: string[]; at?: Date; workflowId?: bigint; mode?: Mode; cause?: string } = {},
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
    /** Waits until a webhook has `count` deliveries, and returns them, newest first. */
    deliveries: (webhookId: bigint, count: number) =>
      eventually(async () => {
        const { deliveries } = await webhooksOf(editor).listDeliveries({ webhookId });
        if (deliveries.length < count) throw new Error(`${deliveries.length} of ${count} deliveries`);
        return deliveries;
      }),
    /**
     * Waits until the circuit of a webhook's event lane is open, and returns the lane. The circuit opens shortly after
     * the attempt that causes it was recorded.
     */
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
    /** Simulates the passage of time: moves back everything that is due or is remembered about endpoints. */
    async pass(seconds: number) {
      const by = sql`${seconds} * interval '1 second'`;
      await db.kysely.transaction().execute(async (trx) => {
        // The rows are locked in the order that the service uses, because it works at the same time.
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
    stop: harness.stop,
  };
}

function workflowCreated(
  id: string,
  name: string,
  at: Date,
  o: { organizationId?: bigint; workflowId?: bigint; mode?: Mode; cause?: string },
) {
  const { organizationId = 1n, workflowId = 12n, mode, cause = '' } = o;
  const init: MessageInitShape<typeof WorkflowEventSchema> = {
    id,
    time: timestampFromDate(at),
    organizationId,
    cause,
    sequence: 1n,
    aggregate: `workflow:${workflowId}`,
    payload: {
      case: 'created',
      value: {
        id: workflowId,
        name,
        status: 1,
        mode,
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
