import type { Logger } from '@drippulse/observability';
import { createSender } from '../sender.ts';
import { deadLetterTopic } from '../topic.ts';
import type { EventTransport, ReceivedMessage } from '../transport.ts';

const sendTimeoutMs = 5000;
const maxReasonLength = 2000;

/** The dead-letter topic, for the messages that a group could not handle. */
export type DeadLetters = {
  /** Stores the message unchanged. Headers that start with `dead_` contain the reason, the position and the group. */
  send(message: ReceivedMessage, reason: unknown, tries: number): Promise<void>;
  close(): Promise<void>;
};

export function createDeadLetters(options: {
  transport: EventTransport;
  topic: string;
  group: string;
  log: Logger;
}): DeadLetters {
  const { transport, topic, group, log } = options;
  const target = deadLetterTopic(topic);
  const sender = createSender(transport, log);
  return {
    async send(message, reason, tries) {
      const headers = {
        ...message.headers,
        dead_reason: reasonText(reason),
        dead_group: group,
        dead_topic: topic,
        dead_partition: String(message.partition),
        dead_offset: String(message.offset),
        dead_tries: String(tries),
        dead_time: new Date().toISOString(),
      };
      await sender.prepare(target);
      await sender.send(target, [{ key: message.key, value: message.value, headers }], sendTimeoutMs);
    },
    close: sender.close,
  };
}

function reasonText(reason: unknown): string {
  const text = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  return text.slice(0, maxReasonLength);
}
