import type { Kafka } from 'kafkajs';
import { withAdmin } from './admin.ts';

/** Returns the number of unhandled messages of the group in each partition. */
export async function countLag(kafka: Kafka, topic: string, groupId: string): Promise<Map<number, bigint>> {
  return withAdmin(kafka, async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic);
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const handled = new Map(committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
    return new Map(
      ends.map(({ partition, high, low }) => {
        // A group that has handled nothing (-1), or only messages that have since been deleted, starts at the oldest
        // kept message.
        const next = handled.get(partition) ?? -1n;
        return [partition, BigInt(high) - (next < BigInt(low) ? BigInt(low) : next)];
      }),
    );
  });
}
