// For services.

export { type Consumer, startConsumer } from './consuming/consumer.ts';
export type { ConsumedEvent } from './consuming/decode.ts';
export { firstSeen } from './consuming/inbox.ts';
export { type Hint, hintsTopic, merged as mergedHint } from './hints/hint.ts';
export { type HintPublisher, startHints } from './hints/publish-hints.ts';
export { appendBatch, appendBatches, appendEvents } from './outbox/append-events.ts';
export { type EventBatch, startEvents } from './outbox/event-batch.ts';
export { createEventTables } from './tables.ts';
export { type Topic, topicOf } from './topic.ts';
export { startWakeups, type Wakeups } from './wakeups.ts';

// For compositions of services, for commands, and for tests.

export { type DeadLetter, readDeadLetters, redrive } from './consuming/redrive.ts';
export { migrateEmbeddedTransport } from './embedded/tables.ts';
export { createEmbeddedTransport } from './embedded/transport.ts';
export { followHints } from './hints/follow-hints.ts';
export { type KafkaSettings, readKafkaSettings } from './kafka/kafka-env.ts';
export { createKafkaTransport } from './kafka/transport.ts';
export { type Relay, startDistantRelay, startRelay } from './outbox/relay.ts';
export type { EventKeys } from './signatures/signatures.ts';
export { signEvents } from './signatures/signed-transport.ts';
export { deadLetterTopic } from './topic.ts';
export type {
  BatchOutcome,
  EventTransport,
  Following,
  Producer,
  ReceivedBatch,
  ReceivedMessage,
  Subscription,
  TransportMessage,
} from './transport.ts';
