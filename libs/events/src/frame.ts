import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/** An event as the outbox keeps it: encoded, with what its headers and its key are made of. */
export type OutboxEvent = {
  id: string;
  type: string;
  time: string;
  organizationId: string;
  key: string;
  value: Uint8Array;
};

/** Packs events into one value: a row for each of ten thousand events costs more than the events. */
export function packEvents(events: readonly OutboxEvent[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const event of events) {
    writer.string(event.id).string(event.type).string(event.time).string(event.organizationId).string(event.key);
    writer.bytes(event.value);
  }
  return writer.finish();
}

export function unpackEvents(frame: Uint8Array): OutboxEvent[] {
  const reader = new BinaryReader(frame);
  const events: OutboxEvent[] = [];
  while (reader.pos < reader.len) {
    events.push({
      id: reader.string(),
      type: reader.string(),
      time: reader.string(),
      organizationId: reader.string(),
      key: reader.string(),
      value: reader.bytes(),
    });
  }
  return events;
}
