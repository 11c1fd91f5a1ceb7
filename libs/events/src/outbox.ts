import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { yieldToEventLoop } from '@drippulse/loops';
import { activeTraceparent } from '@drippulse/observability';
import { sql, type Transaction } from 'kysely';
import { chunksOf } from './chunks.ts';
import { type EventBatch, startEvents } from './event-batch.ts';
import { packParts } from './pack.ts';
import type { Topic } from './topic.ts';

/** A row is sent and deleted as one: small enough to hold in memory, large enough for a thousand events. */
const rowLimits = { count: 10_000, bytes: 1024 * 1024 };
/** Events encoded before the rest of the process gets its turn. */
const turnEvents = 100;

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
    /** What all have in common: readers merge it with what each says itself, field by field, in messages within too. */
    shared?: MessageInitShape<D>;
  },
): Promise<string[]> {
  const { headers, prefix, parts } = batch.end(options.shared);
  if (parts.length === 0) return [];
  const traceparent = options.traceparent ?? activeTraceparent() ?? null;
  const rows = [...chunksOf(parts, rowLimits, ({ start, end }) => prefix.byteLength + end - start)];
  await sql`
    insert into outbox (topic, events, frame, traceparent)
    values ${sql.join(
      rows.map((row) => sql`(${batch.topic.name}, ${row.length}, ${packParts(headers, prefix, row)}, ${traceparent})`),
    )}
  `.execute(trx);
  return parts.map((part) => part.headers['ce_id'] ?? '');
}
