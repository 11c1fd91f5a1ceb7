import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { yieldToEventLoop } from '@drippulse/loops';
import { activeTraceparent } from '@drippulse/observability';
import { sql, type Transaction } from 'kysely';
import { chunksOf } from '../chunks.ts';
import { packParts } from '../frame/frame.ts';
import type { Topic } from '../topic.ts';
import { type EventBatch, startEvents } from './event-batch.ts';

/**
 * Maximum size of a row. A row is sent and deleted as a whole, so it must be small enough for memory. This size has
 * room for a thousand events.
 */
const rowLimits = { count: 10_000, bytes: 1024 * 1024 };
/** Number of events that are encoded between two turns of the event loop. */
const turnEvents = 100;

/**
 * Writes the events to the outbox of this service in the caller's transaction, as one row for each organization
 * (several rows above one megabyte). Wake the relay after the commit. Sets `id` (`evt_` and a UUIDv7) and, if it is
 * unset, `time`; returns the ids. Lock the aggregate first, because the order of the rows is the order of the events.
 * Refuses an event above 8 MiB as `event_too_large` (`too_large`). The events belong to the trace `traceparent`;
 * default: the trace of the request that is being served.
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
    /** Fields that all events have. A reader merges them with the fields of each event, in nested messages too. */
    shared?: MessageInitShape<D>;
  },
): Promise<string[]> {
  const { shared, traceparent } = options;
  return appendBatches(trx, [{ batch, ...(shared && { shared }) }], {
    ...(traceparent !== undefined && { traceparent }),
  });
}

/** Writes the events of several batches to the outbox, each with its own shared fields, in one statement. */
export async function appendBatches<DB, D extends DescMessage>(
  trx: Transaction<DB>,
  batches: readonly { batch: EventBatch<D>; shared?: MessageInitShape<D> }[],
  options: { traceparent?: string } = {},
): Promise<string[]> {
  const traceparent = options.traceparent ?? activeTraceparent() ?? null;
  const ids: string[] = [];
  const rows = batches.flatMap(({ batch, shared }) => {
    const { headers, prefix, parts, hints } = batch.end(shared);
    ids.push(...parts.map((part) => part.headers['ce_id'] ?? ''));
    return rowsOf(batch.topic.name, { headers, prefix, parts, hints }, traceparent);
  });
  if (rows.length === 0) return [];
  await sql`
    insert into outbox (organization_id, topic, events, frame, traceparent) values ${sql.join(rows)}
  `.execute(trx);
  return ids;
}

function rowsOf(
  topic: string,
  { headers, prefix, parts, hints }: ReturnType<EventBatch<DescMessage>['end']>,
  traceparent: string | null,
) {
  // A row has the events of one organization, so that the relay can take organizations in turn.
  return [...Map.groupBy(parts, ({ key }) => organizationOf(key))].flatMap(([organization, own]) => {
    const ownHints = hints.filter(({ organizationId }) => String(organizationId) === organization);
    return [...chunksOf(own, rowLimits, ({ value }) => prefix.byteLength + value.byteLength)].map((row) => {
      const frame = packParts(headers, prefix, row, ownHints);
      return sql`(${organization}::bigint, ${topic}, ${row.length}, ${frame}, ${traceparent})`;
    });
  });
}

/** Returns the organization in a partition key: `<organization>:<aggregate>`. */
function organizationOf(key: string): string {
  return key.slice(0, key.indexOf(':'));
}
