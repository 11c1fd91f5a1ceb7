import type { Logger } from '@drippulse/observability';
import type { EventTransport, Subscription } from '../transport.ts';
import { createClient, endlessRetry, shortRetry } from './client.ts';
import { startKafkaFollower } from './follow.ts';
import { type KafkaSettings, readKafkaSettings } from './kafka-env.ts';
import { countLag } from './lag.ts';
import { once } from './once.ts';
import { createKafkaProducer } from './producer.ts';
import { readTopic } from './read-topic.ts';
import { groupIdOf, type KafkaSubscription, startKafkaSubscription } from './subscription.ts';
import { createMissingTopics } from './topics.ts';

const sendTimeoutMs = 5000;
const consumeTimeoutMs = 30_000;
/**
 * Time that a member may take to join a group. The member waits for the other members, for at most the 60 s of a
 * rebalance.
 */
const joinMs = 70_000;

/** Creates the transport over Kafka. It connects when it is first used, and retries indefinitely. */
export function createKafkaTransport(options: {
  brokers: string[];
  clientId: string;
  log: Logger;
  /** TLS, credentials and the settings of new topics. Default: no TLS, no credentials, defaults of the variables. */
  settings?: KafkaSettings;
}): EventTransport {
  const { brokers, clientId, log, settings = readKafkaSettings({}) } = options;
  // kafkajs retries only briefly: callers retry with a new producer, and after that kafkajs must not send the old
  // messages.
  const asking = once(() =>
    createClient({
      brokers,
      clientId,
      settings,
      log,
      retry: shortRetry,
      requestTimeoutMs: sendTimeoutMs,
      silenceMs: 2 * sendTimeoutMs,
    }),
  );
  const consuming = once(() =>
    createClient({
      brokers,
      clientId,
      settings,
      log,
      retry: endlessRetry,
      requestTimeoutMs: consumeTimeoutMs,
      silenceMs: joinMs,
    }),
  );
  const subscriptions = new Set<KafkaSubscription>();
  const followers = new Set<Subscription>();

  async function ensureTopics(topics: readonly string[]): Promise<void> {
    await createMissingTopics(await asking(), topics, settings.topics);
  }

  return {
    // Brokers are often shared, and everybody with write access to a topic can write any event to it.
    isPrivate: false,
    ensureTopics,
    lag: async (topic, group) => countLag(await asking(), topic, groupIdOf(topic, group)),
    read: async (topic, onMessage) => readTopic(await asking(), topic, onMessage),
    createProducer: async () => createKafkaProducer(await asking()),
    async consume({ topic, group, onBatch }) {
      const ensureTopic = () => ensureTopics([topic]);
      const kafka = await consuming();
      const subscription = startKafkaSubscription({ kafka, topic, group, log, ensureTopic, onBatch });
      subscriptions.add(subscription);
      return {
        async stop() {
          if (subscriptions.delete(subscription)) await subscription.stop();
        },
      };
    },
    async follow(following) {
      const ensureTopic = () => ensureTopics([following.topic]);
      const [forMessages, forOffsets] = await Promise.all([consuming(), asking()]);
      const clients = { consuming: forMessages, asking: forOffsets };
      const follower = startKafkaFollower({ ...following, ...clients, log, ensureTopic });
      followers.add(follower);
      return {
        async stop() {
          if (followers.delete(follower)) await follower.stop();
        },
      };
    },
    healthy: () => [...subscriptions].every((subscription) => subscription.isHealthy()),
    async close() {
      await Promise.all([...subscriptions, ...followers].map((each) => each.stop()));
      subscriptions.clear();
      followers.clear();
    },
  };
}
