import type { DescMessage, Message } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { type ConsumedEvent, type Consumer, type EventTransport, startConsumer, topicOf } from '@drippulse/events';
import type { Metrics } from '@drippulse/observability';
import { sql, type Transaction } from 'kysely';
import { bodyOf } from '../catalog/body.ts';
import { eventTypeOf, isMatch } from '../catalog/event-types.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { enqueue, type Match, type Outgoing } from '../deliveries/enqueue.ts';

const sliceEvents = 500;
const sliceMatches = 1000;

/** An event that customers may subscribe to. */
type Event = { organizationId: bigint; aggregate: string; type: string; outgoing(): Outgoing };
type Subscription = { id: bigint; organization_id: bigint; event_type: string };

/** Makes deliveries of the events of one topic for as long as it runs. */
export function startFanOut(
  ctx: Context,
  desc: DescMessage,
  { events, metrics }: { events: EventTransport; metrics: Metrics },
): Promise<Consumer> {
  return startConsumer({
    transport: events,
    topic: topicOf(desc),
    group: 'webhook-delivery',
    db: ctx.db,
    log: ctx.log,
    metrics,
    async handle(batch) {
      const deliverable = batch.flatMap((event) => readEvent(desc, event));
      for (let start = 0; start < deliverable.length; start += sliceEvents) {
        await fanOut(ctx, deliverable.slice(start, start + sliceEvents));
      }
    },
  });
}

/** One delivery for each event and matching webhook; nothing is written of an event that nobody gets. */
async function fanOut(ctx: Context, events: readonly Event[]): Promise<void> {
  const organizationIds = [...new Set(events.map(({ organizationId }) => organizationId))];
  const subscriptions = await findSubscriptions(ctx.db.kysely, organizationIds);
  for (const slice of slicesOf(events, subscriptions)) await makeDeliveries(ctx, slice);
}

/** Cut so that a transaction makes about as many deliveries as `sliceMatches`, however many webhooks an event has. */
function* slicesOf(events: readonly Event[], subscriptions: readonly Subscription[]): Generator<Event[]> {
  let slice: Event[] = [];
  let matches = 0;
  for (const event of events) {
    const count = matching(event, subscriptions).length;
    if (count === 0) continue;
    slice.push(event);
    matches += count;
    if (matches < sliceMatches) continue;
    yield slice;
    slice = [];
    matches = 0;
  }
  if (slice.length > 0) yield slice;
}

async function makeDeliveries(ctx: Context, events: readonly Event[]): Promise<void> {
  const organizationIds = [...new Set(events.map(({ organizationId }) => organizationId))];
  const made = await ctx.db.kysely.transaction().execute(async (trx) => {
    const subscriptions = await lockSubscriptions(trx, organizationIds);
    const matches = events.flatMap((event) => matchesOf(event, subscriptions));
    return enqueue(trx, matches, { isManual: false, isTest: false });
  });
  ctx.metrics.deliveriesQueued(made.length);
  ctx.wakeDelivery();
}

function findSubscriptions(db: Context['db']['kysely'], organizationIds: readonly bigint[]): Promise<Subscription[]> {
  return db
    .selectFrom('webhooks')
    .select(['id', 'organization_id', 'event_type'])
    .where('organization_id', 'in', organizationIds)
    .where('deleted_at', 'is', null)
    .where('active', '=', true)
    .execute();
}

/** Held, so that one that is being removed gets nothing after its queue was cancelled. */
async function lockSubscriptions(
  trx: Transaction<DB>,
  organizationIds: readonly bigint[],
): Promise<readonly Subscription[]> {
  const { rows } = await sql<Subscription>`
    select id, organization_id, event_type from webhooks
    where organization_id = any(${organizationIds}::bigint[]) and deleted_at is null and active
    order by id for key share`.execute(trx);
  return rows;
}

function matchesOf(event: Event, subscriptions: readonly Subscription[]): Match[] {
  return matching(event, subscriptions).map(({ id, organization_id }) => ({
    webhookId: id,
    organizationId: organization_id,
    event: event.outgoing(),
  }));
}

/** What is said about an endpoint is never sent to it. */
function matching(event: Event, subscriptions: readonly Subscription[]): Subscription[] {
  return subscriptions.filter(
    ({ id, organization_id, event_type: pattern }) =>
      organization_id === event.organizationId && isMatch(pattern, event.type) && event.aggregate !== `webhook:${id}`,
  );
}

/** The fields every event message starts with. */
type EventFields = {
  time: Timestamp;
  organizationId: bigint;
  aggregate: string;
  payload: { case: string; value: Message };
};

function readEvent(desc: DescMessage, { id, message }: ConsumedEvent): Event[] {
  if (!isEvent(message)) return [];
  const { time, organizationId, aggregate, payload } = message;
  const eventType = eventTypeOf(desc, payload.case);
  if (eventType === undefined) return [];
  const { type } = eventType;
  const at = timestampDate(time);
  const outgoing = once(() => {
    const body = bodyOf({ id, type, at, organizationId }, eventType.payload, payload.value);
    return { id, type, at, body };
  });
  return [{ organizationId, aggregate, type, outgoing }];
}

/** A body costs more than all the rest, so it is made at most once, and only when somebody gets it. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function isEvent(message: Message): message is Message & EventFields {
  const fields: Message & Partial<EventFields> = message;
  return fields.time !== undefined && fields.payload?.case !== undefined && fields.aggregate !== undefined;
}
