import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { ReceivedMessage } from '../transport.ts';

const batchMessages = 500;
const batchBytes = 1024 * 1024;

/** Cuts what one fetch brought into batches that a handler can take at once, one message at least. */
export function* batchesOf(partition: number, messages: readonly KafkaMessage[]): Generator<ReceivedMessage[]> {
  let batch: ReceivedMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const received = receivedMessage(partition, message);
    if (batch.length > 0 && (batch.length >= batchMessages || bytes + received.value.byteLength > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(received);
    bytes += received.value.byteLength;
  }
  if (batch.length > 0) yield batch;
}

function receivedMessage(partition: number, message: KafkaMessage): ReceivedMessage {
  return {
    partition,
    offset: BigInt(message.offset),
    key: message.key?.toString() ?? '',
    value: message.value ?? new Uint8Array(),
    headers: textHeaders(message.headers ?? {}),
  };
}

function textHeaders(headers: IHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = first.toString();
  }
  return texts;
}
