import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { TransportMessage } from './transport.ts';

/**
 * Whether a row of an outbox is from before rows were batches: it begins with the length of an id, a batch with the highest
 * byte of a length that is below 16 MiB. A release that finds such rows, which a broker that was away has left, sends them.
 */
export function isOldFrame(frame: Uint8Array): boolean {
  return frame.length > 0 && frame[0] !== 0;
}

/** Id, type, time, organization, key and value of each event, one after the other, each behind its length. */
export function unpackOldFrame(frame: Uint8Array, more: TransportMessage['headers']): TransportMessage[] {
  const reader = new BinaryReader(frame);
  const messages: TransportMessage[] = [];
  while (reader.pos < reader.len) {
    const [id, type, time, organization] = [reader.string(), reader.string(), reader.string(), reader.string()];
    const headers = { ...more, ce_id: id, ce_type: type, ce_time: time, organization };
    messages.push({ key: reader.string(), value: reader.bytes(), headers });
  }
  return messages;
}
