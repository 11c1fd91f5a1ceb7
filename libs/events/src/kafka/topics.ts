import type { Kafka } from 'kafkajs';
import { hintsKeptHours, hintsTopic } from '../hints/hint.ts';
import { withAdmin } from './admin.ts';
import type { KafkaSettings } from './kafka-env.ts';

/** Maximum size of a message in bytes: twice the size of the largest event. */
const maxMessageBytes = 16 * 1024 * 1024;

/** Creates the topics that do not exist. Existing topics stay as they are. */
export async function createMissingTopics(
  kafka: Kafka,
  topics: readonly string[],
  { partitions, retentionHours, replicas, minInSync }: KafkaSettings['topics'],
): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length === 0) return;
    await admin.createTopics({
      topics: missing.map((topic) => ({
        topic,
        numPartitions: partitions,
        // Without `replicas`, the brokers' default applies (-1).
        replicationFactor: replicas ?? -1,
        configEntries: [
          { name: 'retention.ms', value: String((topic === hintsTopic ? hintsKeptHours : retentionHours) * 3_600_000) },
          { name: 'max.message.bytes', value: String(maxMessageBytes) },
          ...(minInSync === undefined ? [] : [{ name: 'min.insync.replicas', value: String(minInSync) }]),
        ],
      })),
    });
  });
}
