import { deadLetterTopic } from '../topic.ts';
import type { EventTransport, ReceivedMessage, TransportMessage } from '../transport.ts';

/** A message that a group could not handle, with its position on the dead-letter topic and the reason. */
export type DeadLetter = {
  partition: number;
  offset: bigint;
  id: string;
  type: string;
  group: string;
  reason: string;
  time: string;
  message: ReceivedMessage;
};

const sendTimeoutMs = 10_000;
const sendAtOnce = 100;

/** Calls `onLetter` for each dead letter of a topic, oldest first in each partition. */
export async function readDeadLetters(
  transport: EventTransport,
  topic: string,
  onLetter: (letter: DeadLetter) => Promise<void>,
): Promise<void> {
  await transport.read(deadLetterTopic(topic), (message) => onLetter(letterOf(message)));
}

/**
 * Sends the chosen dead letters to their original topic again, unchanged, and returns their number. Every group
 * receives them again; the key of an effect keeps the effect from being repeated. The letters also stay on the
 * dead-letter topic.
 */
export async function redrive(
  transport: EventTransport,
  topic: string,
  isChosen: (letter: DeadLetter) => boolean,
): Promise<number> {
  const producer = await transport.createProducer();
  const unsent: TransportMessage[] = [];
  let count = 0;

  async function sendUnsent(): Promise<void> {
    const messages = unsent.splice(0);
    if (messages.length > 0) await producer.send(topic, messages, sendTimeoutMs);
    count += messages.length;
  }

  try {
    await readDeadLetters(transport, topic, async (letter) => {
      if (!isChosen(letter)) return;
      unsent.push(asItWas(letter.message));
      if (unsent.length >= sendAtOnce) await sendUnsent();
    });
    await sendUnsent();
    return count;
  } finally {
    await producer.close();
  }
}

function letterOf(message: ReceivedMessage): DeadLetter {
  const { headers, partition, offset } = message;
  return {
    partition,
    offset,
    id: headers['ce_id'] ?? '',
    type: headers['ce_type'] ?? '',
    group: headers['dead_group'] ?? '',
    reason: headers['dead_reason'] ?? '',
    time: headers['dead_time'] ?? '',
    message,
  };
}

function asItWas({ key, value, headers }: ReceivedMessage): TransportMessage {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('dead_'));
  return { key, value, headers: Object.fromEntries(own) };
}
