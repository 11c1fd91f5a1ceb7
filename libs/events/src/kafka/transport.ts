import type { Logger } from '@drippulse/observability';
import type { EventTransport } from '../transport.ts';
import { createClient, endlessRetry, shortRetry } from './client.ts';
import { type KafkaSettings, readKafkaSettings } from './kafka-env.ts';
import { countLag } from './lag.ts';
import { createKafkaProducer } from './producer.ts';
import { readTopic } from './read-topic.ts';
import { groupIdOf, type KafkaSubscription, startKafkaSubscription } from './subscription.ts';
import { createMissingTopics } from './topics.ts';

const sendTimeoutMs = 5000;
const consumeTimeoutMs = 30_000;

/** Events over Kafka. Connects when it is first used, and never gives up on the brokers. */
export function createKafkaTransport(options: {
  brokers: string[];
  clientId: string;
  log: Logger;
  /** TLS, credentials, and what topics are made with; plain, and the defaults of the variables, unless given. */
  settings?: KafkaSettings;
}): EventTransport {
  const { brokers, clientId, log, settings = readKafkaSettings({}) } = options;
  // Whoever sends or asks tries again by itself, with a fresh producer, and must not leave attempts behind.
  const asking = createClient({ brokers, clientId, settings, log, retry: shortRetry, requestTimeoutMs: sendTimeoutMs });
  const consuming = createClient({
    brokers,
    clientId,
    settings,
    log,
    retry: endlessRetry,
    requestTimeoutMs: consumeTimeoutMs,
  });
  const subscriptions = new Set<KafkaSubscription>();

  async function ensureTopics(topics: readonly string[]): Promise<void> {
    await createMissingTopics(asking, topics, settings.topics);
  }

  return {
    ensureTopics,
    lag: (topic, group) => countLag(asking, topic, groupIdOf(topic, group)),
    read: (topic, onMessage) => readTopic(asking, topic, onMessage),
    createProducer: () => createKafkaProducer(asking),
    async consume({ topic, group, onBatch }) {
      const ensureTopic = () => ensureTopics([topic]);
      const subscription = startKafkaSubscription({ kafka: consuming, topic, group, log, ensureTopic, onBatch });
      subscriptions.add(subscription);
      return {
        async stop() {
          if (subscriptions.delete(subscription)) await subscription.stop();
        },
      };
    },
    healthy: () => [...subscriptions].every((subscription) => subscription.isHealthy()),
    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      subscriptions.clear();
    },
  };
}
