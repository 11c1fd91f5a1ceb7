import type { ProbeEventSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { afterAll, beforeAll } from '@jest/globals';
import {
  type ConsumedEvent,
  type Consumer,
  deadLetterTopic,
  type EventTransport,
  type ReceivedMessage,
  type Relay,
  startConsumer,
  startRelay,
  type Topic,
} from '../../src/index.ts';
import { append, createTestService, log, type TestService } from '../fixture.ts';
import type { TransportChoice } from '../transports.ts';

type ProbeTopic = Topic<typeof ProbeEventSchema>;
export type Probe = ConsumedEvent<typeof ProbeEventSchema>;
export type Opened = { transport: EventTransport; choice: TransportChoice; close(): Promise<void> };

/**
 * A service with a relay on the transport, for the tests of a contract. Its members are available only while the tests
 * run.
 */
export type Contract = ReturnType<typeof openContract>;

/** Opens the transport and the service before the tests of a `describe`, and closes both after them. */
export function openContract(open: () => Promise<Opened>) {
  let opened: Opened;
  let service: TestService;
  let relay: Relay;
  const consumers: Consumer[] = [];

  beforeAll(async () => {
    [opened, service] = await Promise.all([open(), createTestService()]);
    const { transport } = opened;
    const { db, metrics } = service;
    relay = startRelay({ db, schema: 'probes', service: 'probes', transport, log, metrics });
  });

  afterAll(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await relay.stop();
    await opened.close();
    await service.drop();
  });

  return {
    get service() {
      return service;
    },
    get transport() {
      return opened.transport;
    },
    get choice() {
      return opened.choice;
    },
    async consume(topic: ProbeTopic, group: string, handle: (batch: readonly Probe[]) => Promise<void>) {
      const { db, metrics } = service;
      const { transport } = opened;
      const consumer = await startConsumer({ transport, topic, group, db, log, metrics, handle, retryMs: 2 });
      consumers.push(consumer);
      return consumer;
    },
    async publish(topic: ProbeTopic, events: Parameters<typeof append>[2]): Promise<string[]> {
      const ids = await append(service, topic, events);
      relay.wake();
      return ids;
    },
    async watchDeadLetters(topic: ProbeTopic): Promise<ReceivedMessage[]> {
      const found: ReceivedMessage[] = [];
      await opened.transport.consume({
        topic: deadLetterTopic(topic.name),
        group: `watch-${topic.name}`,
        async onBatch({ messages }) {
          found.push(...messages);
          return { done: messages.length };
        },
      });
      return found;
    },
  };
}
