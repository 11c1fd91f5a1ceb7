import { randomUUIDv7 } from 'node:crypto';
import { create, type DescMessage, type Message, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampNow } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import type { Hint } from '../hints/hint.ts';
import { collectHints } from '../hints/hints-of-events.ts';
import { eventType, type Topic } from '../topic.ts';
import type { TransportMessage } from '../transport.ts';
import { startEncoding } from './encode-fields.ts';

type Headers = TransportMessage['headers'];

/**
 * Maximum number of bytes of an event. Both transports must be able to send it: topics that the platform creates accept
 * 16 MiB.
 */
const maxEventBytes = 8 * 1024 * 1024;

/** The fields with which every event message starts. */
type EventFields = {
  id: string;
  time?: Timestamp;
  organizationId: bigint;
  aggregate: string;
  payload?: { case?: string; value?: unknown };
};

/** Events to be appended together. Each event is encoded when it is added, so that the caller need not keep it. */
export type EventBatch<D extends DescMessage> = {
  topic: Topic<D>;
  add(event: MessageInitShape<D>): void;
  /**
   * Returns the headers and bytes that the events share, and the remaining bytes of each event. `shared` are the fields
   * that all events have unless they set them themselves. No event may be added afterwards.
   */
  end(shared: MessageInitShape<D> | undefined): {
    headers: Headers;
    prefix: Uint8Array;
    parts: TransportMessage[];
    /** The hints that the events cause. */
    hints: Hint[];
  };
};

/** The headers that an event sets itself. */
type Head = { id: string; aggregate: string; organization?: string; type?: string; time?: string };

/**
 * Starts a batch of events. A reader merges successive protobuf encodings field by field, so the value of each event is
 * the encoding of the shared fields, followed by its own.
 */
export function startEvents<D extends DescMessage>(topic: Topic<D>): EventBatch<D> {
  const encoding = startEncoding(topic.desc);
  const heads: Head[] = [];
  const noticing = collectHints(topic);
  return {
    topic,
    add(init) {
      const id = `evt_${randomUUIDv7()}`;
      const fields = init as Partial<EventFields>;
      if (!fields.aggregate) throw noEvent(topic);
      encoding.add({ ...init, id });
      heads.push(headOf(topic, id, fields.aggregate, fields));
      noticing?.notice({ aggregate: fields.aggregate, organizationId: fields.organizationId, payload: fields.payload });
    },
    end(init) {
      const shared = create(topic.desc, init);
      if (!isEvent(shared)) throw noEvent(topic);
      shared.time ??= timestampNow();
      const prefix = toBinary(topic.desc, shared);
      const sharedHeaders = {
        ce_type: eventType(topic, shared.payload?.case),
        ce_time: timestampDate(shared.time).toISOString(),
        organization: String(shared.organizationId),
      };
      const headersOf = (head: Head | undefined) => ({
        ce_type: head?.type ?? sharedHeaders.ce_type,
        ce_time: head?.time ?? sharedHeaders.ce_time,
        organization: head?.organization ?? sharedHeaders.organization,
      });
      // The headers of the first event. Every other event has only the headers that differ.
      const headers = headersOf(heads[0]);
      const values = encoding.end();
      const parts = heads.map((head, index): TransportMessage => {
        const value = values[index] ?? new Uint8Array();
        if (prefix.byteLength + value.byteLength > maxEventBytes) throw tooLarge();
        const all = headersOf(head);
        return {
          key: `${all.organization}:${head.aggregate}`,
          value,
          headers: differing(head.id, all, headers),
        };
      });
      const hints = noticing?.end({ organizationId: shared.organizationId, payload: shared.payload }) ?? [];
      return { headers, prefix, parts, hints };
    },
  };
}

function headOf(topic: Topic, id: string, aggregate: string, fields: Partial<EventFields>): Head {
  const { organizationId, payload, time } = fields;
  const head: Head = { id, aggregate };
  if (organizationId) head.organization = String(organizationId);
  if (payload?.case !== undefined) head.type = eventType(topic, payload.case);
  if (time !== undefined) head.time = timestampDate(time).toISOString();
  return head;
}

function differing(id: string, all: Headers, common: Headers): Headers {
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
