import { DomainError } from '@drippulse/errors';
import type { ProbeEventSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import {
  type ConsumedEvent,
  type Consumer,
  type DeadLetter,
  deadLetterTopic,
  type EventTransport,
  type ReceivedMessage,
  type Relay,
  readDeadLetters,
  redrive,
  startConsumer,
  startRelay,
  type Topic,
} from '../src/index.ts';
import { startChild } from './child.ts';
import {
  append,
  createTestService,
  log,
  outboxOrganizations,
  outboxRows,
  sequences,
  type TestService,
  traceparent,
  uniqueTopic,
} from './fixture.ts';
import type { TransportChoice } from './transports.ts';

type ProbeTopic = Topic<typeof ProbeEventSchema>;
type Probe = ConsumedEvent<typeof ProbeEventSchema>;

/** The duties of every transport, through the outbox of a service and its consumers. */
export function describeContract(
  name: string,
  open: () => Promise<{ transport: EventTransport; choice: TransportChoice; close(): Promise<void> }>,
): void {
  describe(`events over ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
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

    async function consume(topic: ProbeTopic, group: string, handle: (batch: readonly Probe[]) => Promise<void>) {
      const { db, metrics } = service;
      const { transport } = opened;
      const consumer = await startConsumer({ transport, topic, group, db, log, metrics, handle, retryMs: 2 });
      consumers.push(consumer);
      return consumer;
    }

    async function publish(topic: ProbeTopic, events: Parameters<typeof append>[2]): Promise<string[]> {
      const ids = await append(service, topic, events);
      relay.wake();
      return ids;
    }

    async function watchDeadLetters(topic: ProbeTopic): Promise<ReceivedMessage[]> {
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
    }

    test('each event is handled by each group, whole, and leaves the outbox', async () => {
      const topic = uniqueTopic();
      const seen: Record<'mail' | 'audit', Probe[]> = { mail: [], audit: [] };
      await consume(topic, 'mail', async (batch) => void seen.mail.push(...batch));
      await consume(topic, 'audit', async (batch) => void seen.audit.push(...batch));
      const ids = await publish(topic, [{ aggregate: 'probe:1', sequence: 3n, name: 'first' }]);
      const event = {
        id: ids[0],
        type: expect.stringMatching(/^probes-.+\.touched$/),
        traceparent,
        message: expect.objectContaining({
          id: ids[0],
          organizationId: 7n,
          aggregate: 'probe:1',
          sequence: 3n,
          time: expect.anything(),
          payload: { case: 'touched', value: expect.objectContaining({ name: 'first' }) },
        }),
      };
      await eventually(() => expect(seen).toEqual({ mail: [event], audit: [event] }));
      await eventually(async () => expect(await outboxRows(service)).toBe(0));
    });

    test('what a group has not handled is counted, and how late events were is measured', async () => {
      const topic = uniqueTopic();
      const { transport } = opened;
      const held = Promise.withResolvers<void>();
      await consume(topic, 'slow', () => held.promise);
      await publish(topic, sequences('probe:1', 1, 3));
      const waiting = async () => [...(await transport.lag(topic.name, 'slow')).values()].reduce((a, b) => a + b, 0n);
      await eventually(async () => expect(await waiting()).toBe(3n));
      held.resolve();
      await eventually(async () => expect(await waiting()).toBe(0n));
      expect(await service.metrics.getSingleMetricAsString('drippulse_event_lag_seconds')).toContain(
        `drippulse_event_lag_seconds_count{service="probes",topic="${topic.name}",group="slow"} 3`,
      );
    });

    test('the events of one aggregate arrive in order', async () => {
      const topic = uniqueTopic();
      const aggregates = Array.from({ length: 10 }, (_, index) => `probe:${index}`);
      const seen = new Map<string, bigint[]>(aggregates.map((aggregate) => [aggregate, []]));
      await consume(topic, 'order', async (batch) => {
        for (const { message } of batch) seen.get(message.aggregate)?.push(message.sequence);
      });
      for (let from = 1; from <= 40; from += 10) {
        await publish(
          topic,
          aggregates.flatMap((aggregate) => sequences(aggregate, from, from + 9)),
        );
      }
      const inOrder = sequences('', 1, 40).map(({ sequence }) => sequence);
      await eventually(() => expect([...seen.values()]).toEqual(aggregates.map(() => inOrder)));
    });

    test('events whose consumer is killed between their effect and the commit are handled again', async () => {
      const topic = uniqueTopic();
      await sql`create table if not exists effects (event_id text not null)`.execute(service.db.kysely);
      const ids = await publish(topic, sequences('probe:1', 1, 5));
      const settings = { choice: opened.choice, topic: topic.name, group: 'crash', databaseUrl: service.url };
      expect(await startChild('./killed-consumer.ts', settings).exited).toBe('SIGKILL');
      const before = await sql<{ event_id: string }>`select event_id from effects`.execute(service.db.kysely);
      expect(before.rows.length).toBeGreaterThan(0);

      const again: string[] = [];
      await consume(topic, 'crash', async (batch) => void again.push(...batch.map((event) => event.id)));
      await eventually(() => expect(again).toEqual(ids));
    });

    test('two consumers of a group share the partitions, and one takes over when the other leaves', async () => {
      const topic = uniqueTopic();
      const seen: Record<'one' | 'two', string[]> = { one: [], two: [] };
      const aggregates = Array.from({ length: 64 }, (_, index) => `probe:${index}`);
      const publishRound = (round: bigint) =>
        publish(
          topic,
          aggregates.map((aggregate) => ({ aggregate, sequence: round })),
        );
      const one = await consume(topic, 'shared', async (batch) => void seen.one.push(...batch.map(({ id }) => id)));
      await consume(topic, 'shared', async (batch) => void seen.two.push(...batch.map(({ id }) => id)));
      let round = 0n;
      await eventually(async () => {
        seen.one.length = 0;
        seen.two.length = 0;
        round += 1n;
        const ids = await publishRound(round);
        await eventually(() => expect(new Set([...seen.one, ...seen.two])).toEqual(new Set(ids)));
        expect(seen.one.length).toBeGreaterThan(0);
        expect(seen.two.length).toBeGreaterThan(0);
      });
      await one.stop();
      seen.two.length = 0;
      const ids = await publishRound(round + 1n);
      await eventually(() => expect(new Set(seen.two)).toEqual(new Set(ids)));
    });

    test('only the event that always fails goes to the dead-letter topic, with its reason, and the others go on', async () => {
      const topic = uniqueTopic();
      const handled: string[] = [];
      let tries = 0;
      let isMended = false;
      await consume(topic, 'poison', async (batch) => {
        const isPoisoned = !isMended && batch.some(({ message }) => message.aggregate === 'probe:bad');
        if (isPoisoned && batch.length === 1) tries += 1;
        if (isPoisoned) throw new DomainError('invalid', 'unreadable', 'This one is bad.');
        handled.push(...batch.map(({ id }) => id));
      });
      const ids = await publish(topic, [
        ...sequences('probe:1', 1, 20),
        { aggregate: 'probe:bad', sequence: 1n },
        ...sequences('probe:2', 1, 20),
      ]);
      const dead = await watchDeadLetters(topic);
      await eventually(() => expect(dead).toHaveLength(1));
      expect(dead[0]?.headers).toMatchObject({
        ce_id: ids[20],
        organization: '7',
        dead_group: 'poison',
        dead_topic: topic.name,
        dead_tries: '10',
        dead_reason: expect.stringContaining('This one is bad.'),
      });
      expect(tries).toBe(10);
      await eventually(() => expect([...handled].sort()).toEqual(ids.filter((id) => id !== ids[20]).sort()));

      const letters: DeadLetter[] = [];
      await readDeadLetters(opened.transport, topic.name, async (letter) => void letters.push(letter));
      expect(letters).toEqual([
        expect.objectContaining({ id: ids[20], group: 'poison', reason: expect.stringContaining('This one is bad.') }),
      ]);
      isMended = true;
      expect(await redrive(opened.transport, topic.name, () => false)).toBe(0);
      expect(await redrive(opened.transport, topic.name, (letter) => letter.id === ids[20])).toBe(1);
      await eventually(() => expect(handled.at(-1)).toBe(ids[20]));
    });

    test('a message that can not be decoded goes to the dead-letter topic at once, and the others go on', async () => {
      const topic = uniqueTopic();
      const handled: bigint[] = [];
      await opened.transport.ensureTopics([topic.name]);
      const producer = await opened.transport.createProducer();
      const headers = { ce_id: 'evt_broken', ce_type: 'probe.touched' };
      await producer.send(topic.name, [{ key: '7:probe:1', value: new Uint8Array([0xff]), headers }], 5000);
      await producer.close();
      await publish(topic, sequences('probe:1', 1, 3));
      await consume(topic, 'broken', async (batch) => void handled.push(...batch.map((e) => e.message.sequence)));
      const dead = await watchDeadLetters(topic);
      await eventually(() => expect(handled).toEqual([1n, 2n, 3n]));
      await eventually(() => expect(dead).toHaveLength(1));
      expect(dead[0]?.headers).toMatchObject({
        ce_id: 'evt_broken',
        dead_reason: expect.stringContaining('ProbeEvent'),
      });
      expect(Buffer.from(dead[0]?.value ?? [])).toEqual(Buffer.from([0xff]));
    });

    test('failures of the surroundings never make a dead letter', async () => {
      const topic = uniqueTopic();
      const handled: string[] = [];
      let failuresLeft = 12;
      await consume(topic, 'outage', async (batch) => {
        failuresLeft -= 1;
        if (failuresLeft >= 0) throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
        handled.push(...batch.map(({ id }) => id));
      });
      const ids = await publish(topic, sequences('probe:1', 1, 3));
      await eventually(() => expect(handled).toEqual(ids));
      expect(await service.metrics.getSingleMetricAsString('drippulse_events_dead_lettered_total')).not.toContain(
        topic.name,
      );
    });

    test('ten thousand events of one transaction arrive once', async () => {
      const topic = uniqueTopic();
      const handled: string[] = [];
      await consume(topic, 'bulk', async (batch) => void handled.push(...batch.map(({ id }) => id)));
      const events = Array.from({ length: 10_000 }, (_, index) => ({ aggregate: `probe:${index}`, sequence: 1n }));
      const ids = await publish(topic, events);
      await eventually(() => expect(handled).toHaveLength(10_000));
      expect([...handled].sort()).toEqual([...ids].sort());
    });

    test('an event of one organization passes the thousands of another that wait', async () => {
      const topic = uniqueTopic();
      const own = await createTestService();
      const { transport } = opened;
      const { db, metrics } = own;
      const flooded = startRelay({
        db,
        schema: 'probes',
        service: 'probes',
        transport,
        log,
        metrics,
        groups: ['fair'],
        // The clock stands still, so that the group is waited for until the gate opens.
        now: () => 0,
      });
      const gate = Promise.withResolvers<void>();
      const handled: Probe['message'][] = [];
      await consume(topic, 'fair', async (batch) => {
        await gate.promise;
        handled.push(...batch.map(({ message }) => message));
      });
      const lag = async () => [...(await transport.lag(topic.name, 'fair')).values()].reduce((a, b) => a + b, 0n);
      for (let slice = 0; slice < 20; slice += 1) {
        const imported = Array.from({ length: 500 }, (_, index) => ({
          aggregate: `probe:${index}`,
          sequence: BigInt(slice),
        }));
        await append(own, topic, imported);
      }
      flooded.wake();
      await eventually(async () => expect(await lag()).toBeGreaterThanOrEqual(2000n));
      await append(own, topic, [{ organizationId: 8n, aggregate: 'probe:1', sequence: 1n }]);
      flooded.wake();
      await eventually(async () => expect((await outboxOrganizations(own)).includes(8n)).toBe(false));
      // The rest of the flood waits in the outbox, behind the event of the other organization.
      expect(await lag()).toBeLessThan(3_100n);
      expect(await outboxRows(own)).toBeGreaterThanOrEqual(13);
      gate.resolve();
      await eventually(() => expect(handled).toHaveLength(10_001));
      const order = handled.filter((event) => event.organizationId === 7n && event.aggregate === 'probe:3');
      expect(order.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, slice) => BigInt(slice)));
      await flooded.stop();
      await own.drop();
    });

    test('one group may consume several topics', async () => {
      const topics = [uniqueTopic(), uniqueTopic()] as const;
      const handled = topics.map((): string[] => []);
      const published: string[][] = [];
      for (const [index, topic] of topics.entries()) {
        await consume(topic, 'several', async (batch) => void handled[index]?.push(...batch.map(({ id }) => id)));
        published.push(await publish(topic, sequences('probe:1', 1, 5)));
      }
      await eventually(() => expect(handled).toEqual(published));
    });

    test('a group that comes later sees what was published before it', async () => {
      const topic = uniqueTopic();
      const handled: string[] = [];
      const ids = await publish(topic, sequences('probe:1', 1, 10));
      await eventually(async () => expect(await outboxRows(service)).toBe(0));
      await consume(topic, 'late', async (batch) => void handled.push(...batch.map(({ id }) => id)));
      await eventually(() => expect(handled).toEqual(ids));
    });
  });
}
