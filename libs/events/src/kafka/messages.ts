import type { IHeaders, KafkaMessage } from 'kafkajs';
import { chunksOf } from '../chunks.ts';
import type { ReceivedMessage } from '../transport.ts';

/** Maximum size of a batch for a handler. */
const batchLimits = { count: 500, bytes: 1024 * 1024 };

/** Cuts the messages of one fetch into batches. */
export function batchesOf(partition: number, messages: readonly KafkaMessage[]): Iterable<ReceivedMessage[]> {
  const received = messages.map((message) => receivedMessage(partition, message));
  return chunksOf(received, batchLimits, (message) => message.value.byteLength);
}

/** Converts a message of kafkajs. */
export function receivedMessage(partition: number, message: KafkaMessage): ReceivedMessage {
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
