import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { startRelay } from '../../src/index.ts';
import { append, createTestService, log, outboxOrganizations, outboxRows, sequences, uniqueTopic } from '../fixture.ts';
import type { Contract, Probe } from './contract.ts';

/** Tests that consumers share groups, organizations share the relay, and a group shares its work between topics. */
export function describeSharing(at: Contract): void {
  test('two consumers of a group share the partitions, and one takes over when the other leaves', async () => {
    const topic = uniqueTopic();
    const seen: Record<'one' | 'two', string[]> = { one: [], two: [] };
    const aggregates = Array.from({ length: 64 }, (_, index) => `probe:${index}`);
    const publishRound = (round: bigint) =>
      at.publish(
        topic,
        aggregates.map((aggregate) => ({ aggregate, sequence: round })),
      );
    const one = await at.consume(topic, 'shared', async (batch) => void seen.one.push(...batch.map(({ id }) => id)));
    await at.consume(topic, 'shared', async (batch) => void seen.two.push(...batch.map(({ id }) => id)));
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

  test('an event of one organization passes the thousands of another that wait', async () => {
    const topic = uniqueTopic();
    const own = await createTestService();
    const { transport } = at;
    const gate = Promise.withResolvers<void>();
    const handled: Probe['message'][] = [];
    await at.consume(topic, 'fair', async (batch) => {
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
    const { db, metrics } = own;
    const flooded = startRelay({
      db,
      schema: 'probes',
      service: 'probes',
      transport,
      log,
      metrics,
      groups: () => ['fair'],
      // The clock does not advance, so the relay waits for the group until the gate opens.
      now: () => 0,
    });
    await eventually(async () => expect(await lag()).toBeGreaterThanOrEqual(2000n));
    await append(own, topic, [{ organizationId: 8n, aggregate: 'probe:1', sequence: 1n }]);
    flooded.wake();
    await eventually(async () => expect((await outboxOrganizations(own)).includes(8n)).toBe(false));
    // The remaining events of the flood wait in the outbox, behind the event of the other organization.
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
      await at.consume(topic, 'several', async (batch) => void handled[index]?.push(...batch.map(({ id }) => id)));
      published.push(await at.publish(topic, sequences('probe:1', 1, 5)));
    }
    await eventually(() => expect(handled).toEqual(published));
  });
}
