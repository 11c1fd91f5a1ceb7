export { type Consumer, startConsumer } from './consumer.ts';
export type { ConsumedEvent } from './decode.ts';
export { migrateEmbeddedTransport } from './embedded/tables.ts';
export { createEmbeddedTransport } from './embedded/transport.ts';
export { type EventBatch, startEvents } from './event-batch.ts';
export { firstSeen } from './inbox.ts';
export { type KafkaSettings, readKafkaSettings } from './kafka/kafka-env.ts';
export { createKafkaTransport } from './kafka/transport.ts';
export { appendBatch, appendEvents } from './outbox.ts';
export { type DeadLetter, readDeadLetters, redrive } from './redrive.ts';
export { type Relay, startRelay } from './relay.ts';
export { createOutboxTables } from './tables.ts';
export { deadLetterTopic, type Topic, topicOf } from './topic.ts';
export type {
  BatchOutcome,
  EventTransport,
  Producer,
  ReceivedBatch,
  ReceivedMessage,
  Subscription,
  TransportMessage,
} from './transport.ts';
