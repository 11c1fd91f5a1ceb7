import { entitlementsTopic, usageTopic } from '@drippulse/entitlements';
import { createKafkaTransport, deadLetterTopic, hintsTopic, topicOf } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { auditTopic, readProcessEnv } from '@drippulse/service';
import { eventMessages } from './catalog/event-messages.ts';

/**
 * Creates the Kafka topics of all events, of their dead letters and of hints, and exits. Partitions, retention and
 * replicas are set by `KAFKA_TOPIC_…` and `KAFKA_MIN_INSYNC_REPLICAS`; existing topics stay unchanged. This service
 * creates the topics because it consumes every topic that carries webhooks, and so has the full list.
 */
const { kafka: settings } = readProcessEnv(process.env);
const { brokers } = settings;
if (brokers === undefined) throw new Error('KAFKA_BROKERS is required');
const log = createLogger({ service: 'topics' });
const transport = createKafkaTransport({ brokers, clientId: 'topics', log, settings });
const eventTopics = eventMessages.map((desc) => topicOf(desc).name);
const consumed = [...eventTopics, auditTopic.name, entitlementsTopic.name, usageTopic.name];
const topics = [...consumed.flatMap((name) => [name, deadLetterTopic(name)]), hintsTopic];
await transport.ensureTopics(topics);
await transport.close();
log.info({ topics, ...settings.topics }, 'topics are there');
