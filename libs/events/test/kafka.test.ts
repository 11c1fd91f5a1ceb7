import { generateKeyPairSync } from 'node:crypto';
import { createMetrics } from '@drippulse/observability';
import { eventually, testKafka } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import {
  type EventKeys,
  readDeadLetters,
  signEvents,
  startConsumer,
  startRelay,
  type TransportMessage,
} from '../src/index.ts';
import { groupIdOf } from '../src/kafka/subscription.ts';
import { describeContract } from './contract.ts';
import { append, createTestService, log, uniqueTopic } from './fixture.ts';
import { openTransport, type TransportChoice } from './transports.ts';

const kafka = await testKafka();
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys: EventKeys = {
  signing: { kid: 'probes/1', key: privateKey },
  verifying: new Map([['probes/1', { service: 'probes', key: publicKey }]]),
};
/** Returns the publishers of a topic. All topics of these tests belong to the service `probes`. */
const publishersOf = (topic: string) => (/^drippulse\.(probes|hints)/.test(topic) ? ['probes'] : []);

if ('unavailable' in kafka) {
  notRun(kafka);
} else {
  const choice: TransportChoice = { kind: 'kafka', brokers: kafka.brokers };
  describeContract('Kafka', async () => {
    const transport = signEvents(openTransport(choice), { service: 'probes', keys, publishersOf });
    return { transport, choice, close: () => transport.close() };
  });

  test('an event that somebody else writes to the topic is a dead letter with the reason, and the others go on', async () => {
    const service = await createTestService();
    const opened = openTransport(choice);
    const transport = signEvents(opened, { service: 'probes', keys, publishersOf });
    const { db, metrics } = service;
    const relay = startRelay({ db, schema: 'probes', service: 'probes', transport, log, metrics });
    const topic = uniqueTopic();
    const handled: string[] = [];
    const consumer = await startConsumer({
      transport,
      topic,
      group: 'doors',
      db,
      log,
      metrics: createMetrics('doors'),
      handle: async (batch) => void handled.push(...batch.map(({ id }) => id)),
    });
    try {
      const ids = await append(service, topic, [{ aggregate: 'probe:1', sequence: 1n }]);
      relay.wake();
      await eventually(() => expect(handled).toEqual(ids));
      // Imitates a person with write access to the broker, who copies an event and sends it for another organization.
      const copies: TransportMessage[] = [];
      await opened.read(topic.name, async (message) => void copies.push(message));
      const [copy] = copies;
      if (copy === undefined) throw new Error('the event is on its topic');
      const { signature: _, ...unsigned } = copy.headers;
      const forged = { ...copy, key: '8:probe:1', headers: { ...copy.headers, ce_id: 'evt_forged' } };
      const bare = { ...forged, headers: { ...unsigned, ce_id: 'evt_unsigned' } };
      const producer = await opened.createProducer();
      await producer.send(topic.name, [forged, bare], 5000);
      await producer.close();
      const more = await append(service, topic, [{ aggregate: 'probe:1', sequence: 2n }]);
      relay.wake();
      await eventually(() => expect(handled).toEqual([...ids, ...more]));
      await eventually(async () => {
        const letters: [string, string][] = [];
        await readDeadLetters(transport, topic.name, async ({ id, reason }) => void letters.push([id, reason]));
        expect(new Map(letters)).toEqual(
          new Map([
            ['evt_forged', 'Error: The signature of the event is wrong.'],
            ['evt_unsigned', 'Error: The event is not signed.'],
          ]),
        );
      });
    } finally {
      await consumer.stop();
      await relay.stop();
      await transport.close();
      await service.drop();
    }
  });

  test('a consumer stops although the group that it joins waits for another member, and leaves the group later', async () => {
    const { name: topic } = uniqueTopic();
    const groupId = groupIdOf(topic, 'slow');
    const transport = openTransport(choice);
    const client = new Kafka({ brokers: choice.brokers, clientId: 'slow-member', logLevel: logLevel.NOTHING });
    const admin = client.admin();
    const describeGroup = async () => (await admin.describeGroups([groupId])).groups[0];
    // This member sends no heartbeats while it handles a message, so it does not notice that another member joins.
    const slow = client.consumer({ groupId, sessionTimeout: 600_000, rebalanceTimeout: 60_000 });
    const handling = Promise.withResolvers<void>();
    const handled = Promise.withResolvers<void>();
    try {
      await admin.connect();
      await transport.ensureTopics([topic]);
      const producer = await transport.createProducer();
      await producer.send(topic, [{ key: 'k', value: Buffer.from('v'), headers: {} }], 5000);
      await producer.close();
      await slow.connect();
      await slow.subscribe({ topic, fromBeginning: true });
      await slow.run({
        async eachMessage() {
          handling.resolve();
          await handled.promise;
        },
      });
      await handling.promise;
      const onBatch = async () => ({ done: 0 });
      const subscription = await transport.consume({ topic, group: 'slow', onBatch });
      await eventually(async () => expect(await describeGroup()).toMatchObject({ state: 'PreparingRebalance' }));
      await subscription.stop();
      expect(await describeGroup()).toMatchObject({ state: 'PreparingRebalance' });
      handled.resolve();
      await slow.disconnect();
      await eventually(async () => expect((await describeGroup())?.members).toEqual([]));
    } finally {
      handled.resolve();
      await slow.disconnect();
      await admin.disconnect();
      await transport.close();
    }
  });
}
