import { randomUUIDv7 } from 'node:crypto';
import { create, type DescMessage, isMessage, type Message, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampNow } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import { startEncoding } from './encode-fields.ts';
import type { Part } from './pack.ts';
import { eventType, type Topic } from './topic.ts';

type Headers = Part['headers'];

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

/** Events that are encoded as they come, to be appended together: what is added need not be kept. */
export type EventBatch<D extends DescMessage> = {
  topic: Topic<D>;
  add(event: MessageInitShape<D>): void;
  /** None is added after it. */
  end(shared: MessageInitShape<D> | undefined): { headers: Headers; prefix: Uint8Array; parts: Part[] };
};

/** What an event says in its headers, as far as it says that itself. */
type Head = { id: string; aggregate: string; organization?: string; type?: string; time?: string };

/**
 * Encodings that follow each other are those of one message: what comes later is merged into what came before. So each event
 * is what all share, and behind it what it says itself.
 */
export function startEvents<D extends DescMessage>(topic: Topic<D>): EventBatch<D> {
  const encoding = startEncoding(topic.desc);
  const heads: Head[] = [];
  return {
    topic,
    add(event) {
      const { time, organizationId, aggregate, payload } = event as Partial<EventFields>;
      if (!aggregate) throw noEvent(topic);
      const id = `evt_${randomUUIDv7()}`;
      encoding.add(isMessage(event) ? create(topic.desc, { ...event, id }) : { ...event, id });
      const head: Head = { id, aggregate };
      if (organizationId) head.organization = String(organizationId);
      if (payload?.case !== undefined) head.type = eventType(topic, payload.case);
      if (time !== undefined) head.time = timestampDate(time).toISOString();
      heads.push(head);
    },
    end(init) {
      const shared = create(topic.desc, init);
      if (!isEvent(shared)) throw noEvent(topic);
      shared.time ??= timestampNow();
      const prefix = toBinary(topic.desc, shared);
      const sharedTime = timestampDate(shared.time).toISOString();
      const sharedOrganization = String(shared.organizationId);
      const headersOf = (head: Head | undefined) => ({
        ce_type: head?.type ?? eventType(topic, shared.payload?.case),
        ce_time: head?.time ?? sharedTime,
        organization: head?.organization ?? sharedOrganization,
      });
      const { bytes, pieces } = encoding.end();
      // Those of the first event; the others say where theirs differ.
      const common = headersOf(heads[0]);
      const parts = pieces.flatMap(({ start, end }, index): Part[] => {
        if (prefix.byteLength + end - start > maxEventBytes) throw tooLarge();
        const head = heads[index];
        if (head === undefined) return [];
        const all = headersOf(head);
        const key = `${all.organization}:${head.aggregate}`;
        return [{ key, headers: differing(all, common, head.id), bytes, start, end }];
      });
      return { headers: common, prefix, parts };
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
