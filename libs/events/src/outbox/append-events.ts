import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { yieldToEventLoop } from '@drippulse/loops';
import { activeTraceparent } from '@drippulse/observability';
import { sql, type Transaction } from 'kysely';
import { chunksOf } from '../chunks.ts';
import { packParts } from '../frame/frame.ts';
import type { Topic } from '../topic.ts';
import { type EventBatch, startEvents } from './event-batch.ts';

/** A row is sent and deleted as a whole: small enough for memory, large enough for a thousand events. */
const rowLimits = { count: 10_000, bytes: 1024 * 1024 };
/** The events that are encoded between two turns of the event loop. */
const turnEvents = 100;

/**
 * Writes the events to the outbox of this service in the caller's transaction, as one row for each organization (several
 * above one megabyte). Wake the relay after the commit. Sets `id` (`evt_` and a UUIDv7) and, if it is unset, `time`;
 * returns the ids. Lock the aggregate first: the order of the rows is the order of the events. Refuses an event above
 * 8 MiB as `event_too_large` (`too_large`). The events belong to the trace `traceparent`; default: the trace of the
 * request being served.
 */
export async function appendEvents<DB, D extends DescMessage>(
  trx: Transaction<DB>,
  topic: Topic<D>,
  events: readonly MessageInitShape<D>[],
  options: { traceparent?: string } = {},
): Promise<string[]> {
  const batch = startEvents(topic);
  for (const [index, event] of events.entries()) {
    if (index > 0 && index % turnEvents === 0) await yieldToEventLoop();
    batch.add(event);
  }
  return await appendBatch(trx, batch, options);
}

/** Writes the events of a batch to the outbox, as `appendEvents` does. */
export async function appendBatch<DB, D extends DescMessage>(
  trx: Transaction<DB>,
  batch: EventBatch<D>,
  options: {
    traceparent?: string;
    /** Fields that all events have. A reader merges them, in nested messages too, with the fields of each event. */
    shared?: MessageInitShape<D>;
  },
): Promise<string[]> {
  const { headers, prefix, parts } = batch.end(options.shared);
  if (parts.length === 0) return [];
  const traceparent = options.traceparent ?? activeTraceparent() ?? null;
  // A row has the events of one organization, so that the relay can take organizations in turn.
  const rows = [...Map.groupBy(parts, ({ key }) => organizationOf(key))].flatMap(([organization, own]) =>
    [...chunksOf(own, rowLimits, ({ value }) => prefix.byteLength + value.byteLength)].map(
      (row) =>
        sql`(${organization}::bigint, ${batch.topic.name}, ${row.length}, ${packParts(headers, prefix, row)}, ${traceparent})`,
    ),
  );
  await sql`
    insert into outbox (organization_id, topic, events, frame, traceparent) values ${sql.join(rows)}
  `.execute(trx);
  return parts.map((part) => part.headers['ce_id'] ?? '');
}

/** The organization of a key of the partition: `<organization>:<aggregate>`. */
function organizationOf(key: string): string {
  return key.slice(0, key.indexOf(':'));
}
