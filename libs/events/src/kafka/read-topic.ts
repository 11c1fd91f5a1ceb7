import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import type { ReceivedMessage } from '../transport.ts';
import { withAdmin } from './admin.ts';
import { receivedMessage } from './messages.ts';

/**
 * Calls `onMessage` for all messages that a topic has at the time of the call, oldest first in each partition. Changes
 * no group's position.
 */
export async function readTopic(
  kafka: Kafka,
  topic: string,
  onMessage: (message: ReceivedMessage) => Promise<void>,
): Promise<void> {
  // kafkajs can read only as a member of a group. This group is created for the reading and deleted afterwards.
  const groupId = `drippulse-reader-${randomUUID()}`;
  await withAdmin(kafka, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) return;
    const unread = new Map(
      (await admin.fetchTopicOffsets(topic))
        .filter(({ high, low }) => BigInt(high) > BigInt(low))
        .map(({ partition, high }) => [partition, BigInt(high)]),
    );
    if (unread.size === 0) return;
    await readUntil(kafka, { topic, groupId, unread, onMessage });
    await admin.deleteGroups([groupId]);
  });
}

async function readUntil(
  kafka: Kafka,
  o: {
    topic: string;
    groupId: string;
    unread: ReadonlyMap<number, bigint>;
    onMessage(message: ReceivedMessage): Promise<void>;
  },
): Promise<void> {
  const left = new Map(o.unread);
  const done = Promise.withResolvers<void>();
  const consumer = kafka.consumer({ groupId: o.groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 200 });
  consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: o.topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      async eachMessage({ partition, message }) {
        const end = left.get(partition);
        if (end === undefined) return;
        const received = receivedMessage(partition, message);
        // Messages that arrived after the start of the reading are left out.
        if (received.offset < end) await o.onMessage(received);
        if (received.offset + 1n >= end) left.delete(partition);
        if (left.size === 0) done.resolve();
      },
    });
    await done.promise;
  } finally {
    await consumer.disconnect();
  }
}
