import type { DescMessage, Message } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { type ConsumedEvent, type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { isRawNumber, type JsonObject, parseJson } from '@drippulse/json';
import { type Kysely, sql, type Transaction } from 'kysely';
import { bodyOf } from '../catalog/body.ts';
import { eventTypeOf } from '../catalog/event-types.ts';
import type { Context } from '../context.ts';
import { lockEndpoints } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';
import { decisionsOf } from '../deliveries/decisions.ts';
import { enqueue } from '../deliveries/enqueue.ts';
import {
  decideAll,
  type Event,
  matchesOf,
  type Subscription,
  type Subscriptions,
  slicesOf,
} from '../deliveries/matching.ts';
import { erasePayloads } from './erase-payloads.ts';

const sliceEvents = 500;
const sliceDeliveries = 1000;

/** Consumes the events of one topic and makes deliveries of them. */
export function startFanOut(ctx: Context, desc: DescMessage): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(desc),
    group: 'webhook-delivery',
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      const deliverable = batch.flatMap((event) => readEvent(ctx, desc, event));
      for (let start = 0; start < deliverable.length; start += sliceEvents) {
        await fanOut(ctx, deliverable.slice(start, start + sliceEvents));
      }
      // Erasures are handled after the deliveries of the batch are made, so that an erasure in the batch finds the
      // bodies of earlier events.
      for (const { message } of batch) await erasePayloads(ctx, message);
    },
  });
}

/** Makes one delivery for each event and matching webhook. An event without subscribers writes nothing. */
async function fanOut(ctx: Context, events: readonly Event[]): Promise<void> {
  const subscriptions = await findSubscriptions(ctx.db.kysely, organizationsOf(events));
  const ordered = [...subscriptions.values()].flat().filter((row) => row.ordered);
  const orderedIds = new Set(ordered.map(({ id }) => id));
  await decideAll(events, subscriptions, ({ outgoing }, webhookIds) => {
    const facts = { event_id: outgoing().id, webhook_id: String(webhookIds[0]), webhooks: webhookIds.length };
    ctx.log.warn(facts, 'filters of webhooks need more work than they may do for an event, so it is delivered');
  });
  for (const slice of slicesOf(events, subscriptions, sliceDeliveries)) await makeDeliveries(ctx, slice, orderedIds);
}

/**
 * Makes the deliveries of events. A webhook that became ordered after the first read gets these events unordered,
 * because its endpoint is not locked.
 */
async function makeDeliveries(ctx: Context, events: readonly Event[], ordered: ReadonlySet<bigint>): Promise<void> {
  const made = await ctx.db.kysely.transaction().execute(async (trx) => {
    await lockEndpoints(trx, [...ordered]);
    const subscriptions = await lockSubscriptions(trx, organizationsOf(events), ordered);
    const matches = events.flatMap((event) => matchesOf(event, subscriptions));
    return enqueue(trx, matches, { isManual: false, isTest: false });
  });
  ctx.metrics.deliveriesQueued(made.length);
  ctx.wakeDelivery();
}

function organizationsOf(events: readonly Event[]): bigint[] {
  return [...new Set(events.map(({ organizationId }) => organizationId))];
}

async function findSubscriptions(db: Kysely<DB>, organizationIds: readonly bigint[]): Promise<Subscriptions> {
  const { rows } = await sql<Subscription>`
    select id, organization_id, mode, event_types, filter, ordered from webhooks
    where organization_id = any(${organizationIds}::bigint[]) and deleted_at is null and active
    order by id`.execute(db);
  return Map.groupBy(rows, (row) => row.organization_id);
}

/** Reads the subscriptions again, locked, so that a removed webhook gets nothing after its queue was cancelled. */
async function lockSubscriptions(
  trx: Transaction<DB>,
  organizationIds: readonly bigint[],
  ordered: ReadonlySet<bigint>,
): Promise<Subscriptions> {
  const { rows } = await sql<Subscription>`
    select id, organization_id, mode, event_types, filter, ordered from webhooks
    where organization_id = any(${organizationIds}::bigint[]) and deleted_at is null and active
    order by id for key share`.execute(trx);
  const known = rows.map((row) => ({ ...row, ordered: row.ordered && ordered.has(row.id) }));
  return Map.groupBy(known, (row) => row.organization_id);
}

/** The fields that every event message has. */
type EventFields = {
  time: Timestamp;
  organizationId: bigint;
  aggregate: string;
  /** Absent in events that only the platform causes; empty in events that are themselves a cause of a chain. */
  cause?: string;
  payload: { case: string; value: Message };
};

function readEvent({ filters }: Context, desc: DescMessage, { id, message, traceparent }: ConsumedEvent): Event[] {
  if (!isEvent(message)) return [];
  const { time, organizationId, aggregate, cause, payload } = message;
  const eventType = eventTypeOf(desc, payload.case);
  if (eventType === undefined) return [];
  const { type } = eventType;
  const at = timestampDate(time);
  const outgoing = once(() => {
    const body = bodyOf({ id, type, at, organizationId }, eventType.payload, payload.value);
    const outgoing = { id, type, at, body, subject: aggregate };
    return { ...outgoing, ...(cause && { cause }), ...(traceparent === undefined ? {} : { traceparent }) };
  });
  const fields = once(() => objectOf(outgoing().body));
  const decide = decisionsOf((filter) => filters.of(filter, organizationId)(fields(), at));
  return [{ organizationId, mode: eventType.modeOf(payload.value), aggregate, type, outgoing, decide }];
}

function objectOf(body: string): JsonObject {
  const value = parseJson(body);
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value) ? value : {};
}

function isEvent(message: Message): message is Message & EventFields {
  const fields: Message & Partial<EventFields> = message;
  return fields.time !== undefined && fields.payload?.case !== undefined && fields.aggregate !== undefined;
}

/**
 * Returns a function that makes a value when it is first called, and at most once. Encoding a body costs more than all
 * other work, so a body is encoded only if there are subscribers.
 */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
