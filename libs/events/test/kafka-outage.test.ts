import { kafkaUser, startKafka } from '@drippulse/servers';
import { eventually } from '@drippulse/testing';
import { testUnlessUnavailable } from '@drippulse/testing/not-run';
import { expect } from '@jest/globals';
import { createKafkaTransport, readKafkaSettings, startConsumer, startRelay } from '../src/index.ts';
import { append, createTestService, log, outboxRows, sequences, uniqueTopic } from './fixture.ts';

const password = 'planted-password';
const broker = await startKafka({ password });

function connect(brokers: string[], given: string | undefined) {
  const sasl = given === undefined ? undefined : { mechanism: 'plain' as const, username: kafkaUser, password: given };
  return createKafkaTransport({ brokers, clientId: 'outage', log, settings: { ...readKafkaSettings({}), sasl } });
}

testUnlessUnavailable(broker, 'a broker with a password answers nobody without it', async ({ brokers }) => {
  const attempts = [connect(brokers, 'another'), connect(brokers, undefined)];
  for (const transport of attempts) await expect(transport.ensureTopics(['drippulse.probes.v1'])).rejects.toThrow();
  await connect(brokers, password).ensureTopics(['drippulse.probes.v1']);
});

testUnlessUnavailable(
  broker,
  'a broker that is killed while events are published and consumed loses none and keeps their order',
  async ({ brokers, kill, restart, stop }) => {
    const service = await createTestService();
    const { db, metrics } = service;
    const topic = uniqueTopic();
    const transport = connect(brokers, password);
    const relay = startRelay({ db, schema: 'probes', service: 'probes', transport, log, metrics });
    const applied = new Map<string, bigint[]>();
    const consumer = await startConsumer({
      transport,
      topic,
      group: 'outage',
      db,
      log,
      metrics,
      async handle(batch) {
        for (const { message } of batch) {
          const sequencesOf = applied.get(message.aggregate) ?? [];
          if (message.sequence > (sequencesOf.at(-1) ?? 0n)) sequencesOf.push(message.sequence);
          applied.set(message.aggregate, sequencesOf);
        }
      },
    });
    const aggregates = Array.from({ length: 20 }, (_, index) => `probe:${index}`);
    for (let round = 1; round <= 60; round += 1) {
      await append(
        service,
        topic,
        aggregates.flatMap((aggregate) => sequences(aggregate, round, round)),
      );
      relay.wake();
      if (round === 20) await eventually(() => applied.size === aggregates.length);
      if (round === 30) await kill();
    }
    await restart();
    const complete = sequences('', 1, 60).map(({ sequence }) => sequence);
    await eventually(() => expect([...applied.values()]).toEqual(aggregates.map(() => complete)));
    expect(transport.healthy()).toBe(true);
    await eventually(async () => expect(await outboxRows(service)).toBe(0));
    await consumer.stop();
    await relay.stop();
    await transport.close();
    await stop();
    await service.drop();
  },
);
