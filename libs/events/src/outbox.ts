import { randomUUIDv7 } from 'node:crypto';
import { create, type DescMessage, isMessage, type Message, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampNow } from '@bufbuild/protobuf/wkt';
import { activeTraceparent } from '@drippulse/observability';
import { DomainError, takeTurn } from '@drippulse/runtime';
import { sql, type Transaction } from 'kysely';
import { chunksOf } from './chunks.ts';
import { startEncoding } from './encode-fields.ts';
import { type Part, packParts } from './pack.ts';
import { eventType, type Topic } from './topic.ts';

type Headers = Part['headers'];

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
 *
 * What all events have in common may be given once, as `shared`, and is encoded once: readers merge it with what each
 * event says itself, field by field, in messages within messages too.
 */
export async function appendEvents<DB, D extends DescMessage>(
  trx: Transaction<DB>,
  topic: Topic<D>,
  events: readonly MessageInitShape<D>[],
  options: { traceparent?: string; shared?: MessageInitShape<D> } = {},
): Promise<string[]> {
  if (events.length === 0) return [];
  const batch = startBatch(topic, options.shared);
  for (const [index, event] of events.entries()) {
    if (index > 0 && index % turnEvents === 0) await takeTurn();
    batch.add(event);
  }
  const { headers, prefix, parts } = batch.end();
  const traceparent = options.traceparent ?? activeTraceparent() ?? null;
  const rows = [...chunksOf(parts, rowLimits, ({ start, end }) => prefix.byteLength + end - start)];
  await sql`
    insert into outbox (topic, events, frame, traceparent)
    values ${sql.join(
      rows.map((row) => sql`(${topic.name}, ${row.length}, ${packParts(headers, prefix, row)}, ${traceparent})`),
    )}
  `.execute(trx);
  return parts.map((part) => part.headers['ce_id'] ?? '');
}

/**
 * Encodings that follow each other are those of one message: what comes later is merged into what came before. So each event
 * is what all share, and behind it what it says itself.
 */
function startBatch<D extends DescMessage>(topic: Topic<D>, init: MessageInitShape<D> | undefined) {
  const shared = create(topic.desc, init);
  if (!isEvent(shared)) throw noEvent(topic);
  shared.time ??= timestampNow();
  const prefix = toBinary(topic.desc, shared);
  const sharedTime = timestampDate(shared.time).toISOString();
  const encoding = startEncoding(topic.desc);
  const heads: { key: string; headers: Headers }[] = [];
  /** Of the first event; the others say where theirs differ. */
  let common: Headers | undefined;

  return {
    add(event: MessageInitShape<D>): void {
      const { time, organizationId, aggregate, payload } = event as Partial<EventFields>;
      if (!aggregate) throw noEvent(topic);
      const id = `evt_${randomUUIDv7()}`;
      encoding.add(isMessage(event) ? create(topic.desc, { ...event, id }) : { ...event, id });
      const all = {
        ce_type: eventType(topic, payload?.case ?? shared.payload?.case),
        ce_time: time === undefined ? sharedTime : timestampDate(time).toISOString(),
        organization: String(organizationId || shared.organizationId),
      };
      common ??= all;
      heads.push({ key: `${all.organization}:${aggregate}`, headers: differing(all, common, id) });
    },
    end() {
      const { bytes, pieces } = encoding.end();
      const parts = pieces.flatMap(({ start, end }, index): Part[] => {
        if (prefix.byteLength + end - start > maxEventBytes) throw tooLarge();
        const head = heads[index];
        return head === undefined ? [] : [{ ...head, bytes, start, end }];
      });
      return { headers: common ?? {}, prefix, parts };
    },
  };
}

function differing(all: Headers, common: Headers, id: string): Headers {
  const headers: Headers = { ce_id: id };
  for (const name in all) {
    const value = all[name];
    if (value !== undefined && value !== common[name]) headers[name] = value;
  }
  return headers;
}

function tooLarge(): DomainError {
  return new DomainError('too_large', 'event_too_large', `An event may have at most ${maxEventBytes} bytes.`);
}

function noEvent(topic: Topic): Error {
  return new Error(`${topic.desc.typeName} lacks the fields of an event`);
}

function isEvent<M extends Message>(message: M): message is M & EventFields {
  const fields: Message & Partial<EventFields> = message;
  return (
    typeof fields.id === 'string' && typeof fields.organizationId === 'bigint' && typeof fields.aggregate === 'string'
  );
}
