import { setImmediate as giveWay } from 'node:timers/promises';
import { create, type DescMessage, type Message, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampNow } from '@bufbuild/protobuf/wkt';
import { activeTraceparent } from '@drippulse/observability';
import { DomainError, uuidRandom } from '@drippulse/runtime';
import { sql, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { chunksOf } from './chunks.ts';
import { type OutboxEvent, packEvents } from './frame.ts';
import { eventType, type Topic } from './topic.ts';

/** A row is sent and deleted as one: small enough to hold in memory, large enough for a thousand events. */
const rowLimits = { count: 10_000, bytes: 1024 * 1024 };
/** Events encoded before the rest of the process gets its turn. */
const turnEvents = 100;
/** Both transports must carry it: topics made by us take 16 MiB. */
const maxEventBytes = 8 * 1024 * 1024;

/** The fields every event message starts with. */
type EventFields = {
  id: string;
  time?: Timestamp;
  organizationId: bigint;
  aggregate: string;
  payload?: { case?: string };
};

/**
 * Writes the events to the outbox of this service in the caller's transaction, as one row (more when they exceed a
 * megabyte); wake the relay after commit. Fills `id` (`evt_` and a UUIDv7) and, where it is unset, `time`; returns the ids.
 * Lock the aggregate before calling it: the order of the rows is the order of the events. An event above 8 MiB is
 * refused as `too_large` (`event_too_large`). They belong to `traceparent`, else to the trace being served.
 */
export async function appendEvents<DB, D extends DescMessage>(
  trx: Transaction<DB>,
  topic: Topic<D>,
  events: readonly MessageInitShape<D>[],
  options: { traceparent?: string } = {},
): Promise<string[]> {
  if (events.length === 0) return [];
  const encoded: OutboxEvent[] = [];
  for (const event of events) {
    encoded.push(encodeEvent(topic, event));
    if (encoded.length % turnEvents === 0) await giveWay();
  }
  const rows = [...chunksOf(encoded, rowLimits, (event) => event.value.byteLength)];
  await sql`
    insert into outbox (topic, events, frame, traceparent)
    values ${sql.join(
      rows.map(
        (row) =>
          sql`(${topic.name}, ${row.length}, ${packEvents(row)}, ${options.traceparent ?? activeTraceparent() ?? null})`,
      ),
    )}
  `.execute(trx);
  return encoded.map((event) => event.id);
}

function encodeEvent<D extends DescMessage>(topic: Topic<D>, event: MessageInitShape<D>): OutboxEvent {
  const message = create(topic.desc, event);
  if (!isEvent(message)) throw new Error(`${topic.desc.typeName} lacks the fields of an event`);
  message.id = `evt_${uuidv7({ rng: uuidRandom })}`;
  message.time ??= timestampNow();
  const value = toBinary(topic.desc, message);
  if (value.byteLength > maxEventBytes) {
    throw new DomainError('too_large', 'event_too_large', `An event may have at most ${maxEventBytes} bytes.`);
  }
  return {
    id: message.id,
    type: eventType(topic, message.payload?.case),
    time: timestampDate(message.time).toISOString(),
    organizationId: String(message.organizationId),
    key: `${message.organizationId}:${message.aggregate}`,
    value,
  };
}

function isEvent<M extends Message>(message: M): message is M & EventFields {
  const fields: Message & Partial<EventFields> = message;
  return (
    typeof fields.id === 'string' &&
    typeof fields.organizationId === 'bigint' &&
    typeof fields.aggregate === 'string' &&
    fields.aggregate !== ''
  );
}
