import { type EventTransport, topicOf } from '@drippulse/events';
import { publishers } from '@drippulse/topology';
import { StartError } from './secrets.ts';

/** Every topic to which a service publishes. */
export const topics: readonly string[] = publishers.map(({ events }) => topicOf(events).name);

/** Creates the missing topics. Throws a StartError when the brokers do not respond. */
export async function ensureTopics(transport: EventTransport, kafkaBrokers: string | undefined): Promise<void> {
  try {
    await transport.ensureTopics(topics);
  } catch (error) {
    if (kafkaBrokers === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`Kafka at KAFKA_BROKERS=${kafkaBrokers} does not answer: ${reason}.`);
  }
}
