import type { Kafka } from 'kafkajs';

const keptMs = 7 * 24 * 60 * 60_000;
/** An event may have 8 MiB. */
const maxMessageBytes = 16 * 1024 * 1024;

/** Makes those topics that do not exist, kept 7 days; existing ones stay as they are. */
export async function createMissingTopics(kafka: Kafka, topics: readonly string[], partitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length === 0) return;
    await admin.createTopics({
      topics: missing.map((topic) => ({
        topic,
        numPartitions: partitions,
        configEntries: [
          { name: 'retention.ms', value: String(keptMs) },
          { name: 'max.message.bytes', value: String(maxMessageBytes) },
        ],
      })),
    });
  } finally {
    await admin.disconnect();
  }
}
