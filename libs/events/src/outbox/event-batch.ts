import { randomUUIDv7 } from 'node:crypto';
import { create, type DescMessage, type Message, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampNow } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/runtime';
import { eventType, type Topic } from '../topic.ts';
import type { TransportMessage } from '../transport.ts';

type Headers = TransportMessage['headers'];

/** Both transports must carry an event of this size: topics that we create take 16 MiB. */
const maxEventBytes = 8 * 1024 * 1024;

/** The fields that every event message starts with. */
type EventFields = {
  id: string;
  time?: Timestamp;
  organizationId: bigint;
  aggregate: string;
  payload?: { case?: string };
};

/** Events to be appended together. Each is encoded when it is added, so that the caller need not keep it. */
export type EventBatch<D extends DescMessage> = {
  topic: Topic<D>;
  add(event: MessageInitShape<D>): void;
  /**
   * The headers and the bytes that the events share, and of each event the rest. `shared` are the fields that all events
   * have unless they set them themselves. No event is added afterwards.
   */
  end(shared: MessageInitShape<D> | undefined): { headers: Headers; prefix: Uint8Array; parts: TransportMessage[] };
};

/** The parts of an event's headers that the event itself sets. */
type Head = { id: string; aggregate: string; organization?: string; type?: string; time?: string };

/**
 * Starts a batch of events. A reader merges protobuf encodings that follow each other, field by field: the value of each
 * event is the encoding of the shared fields, then that of its own.
 */
export function startEvents<D extends DescMessage>(topic: Topic<D>): EventBatch<D> {
  const events: { head: Head; value: Uint8Array }[] = [];
  return {
    topic,
    add(init) {
      const event = create(topic.desc, { ...init, id: `evt_${randomUUIDv7()}` });
      if (!isEvent(event) || event.aggregate === '') throw noEvent(topic);
      events.push({ head: headOf(topic, event), value: toBinary(topic.desc, event) });
    },
    end(init) {
      const shared = create(topic.desc, init);
      if (!isEvent(shared)) throw noEvent(topic);
      shared.time ??= timestampNow();
      const prefix = toBinary(topic.desc, shared);
      const sharedHead = {
        type: eventType(topic, shared.payload?.case),
        time: timestampDate(shared.time).toISOString(),
        organization: String(shared.organizationId),
      };
      // The headers of the first event; each other event has those that differ.
      const headers = headersOf({ ...sharedHead, ...events[0]?.head });
      const parts = events.map(({ head, value }): TransportMessage => {
        if (prefix.byteLength + value.byteLength > maxEventBytes) throw tooLarge();
        const all = { ...sharedHead, ...head };
        const own = { ce_id: head.id, ...differing(headersOf(all), headers) };
        return { key: `${all.organization}:${head.aggregate}`, value, headers: own };
      });
      return { headers, prefix, parts };
    },
  };
}

function headOf(topic: Topic, { id, aggregate, organizationId, payload, time }: EventFields): Head {
  return {
    id,
    aggregate,
    ...(organizationId !== 0n && { organization: String(organizationId) }),
    ...(payload?.case !== undefined && { type: eventType(topic, payload.case) }),
    ...(time !== undefined && { time: timestampDate(time).toISOString() }),
  };
}

function headersOf({ type, time, organization }: { type: string; time: string; organization: string }): Headers {
  return { ce_type: type, ce_time: time, organization };
}

function differing(headers: Headers, common: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== common[name]));
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
