import { createKafkaTransport, deadLetterTopic, topicOf } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { readProcessEnv } from '@drippulse/service';
import { eventMessages } from './catalog/event-messages.ts';

/**
 * Makes the Kafka topics of all events, and those of their dead letters, and exits. Partitions, retention and replicas
 * come from `KAFKA_TOPIC_…` and `KAFKA_MIN_INSYNC_REPLICAS`; topics that exist stay as they are. This service consumes
 * every topic, so it is the one that knows them.
 */
const { kafka: settings } = readProcessEnv(process.env);
const { brokers } = settings;
if (brokers === undefined) throw new Error('KAFKA_BROKERS is required');
const log = createLogger({ service: 'topics' });
const transport = createKafkaTransport({ brokers, clientId: 'topics', log, settings });
const topics = eventMessages.map((desc) => topicOf(desc).name).flatMap((name) => [name, deadLetterTopic(name)]);
await transport.ensureTopics(topics);
await transport.close();
log.info({ topics, ...settings.topics }, 'topics are there');
