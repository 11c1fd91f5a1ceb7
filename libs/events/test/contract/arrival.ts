import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { startChild } from '../child.ts';
import { outboxRows, sequences, traceparent, uniqueTopic } from '../fixture.ts';
import type { Contract, Probe } from './contract.ts';

/** Tests that every event reaches every group, whole and in order, even when processes are killed. */
export function describeArrival(at: Contract): void {
  test('each event is handled by each group, whole, and leaves the outbox', async () => {
    const topic = uniqueTopic();
    const seen: Record<'mail' | 'audit', Probe[]> = { mail: [], audit: [] };
    await at.consume(topic, 'mail', async (batch) => void seen.mail.push(...batch));
    await at.consume(topic, 'audit', async (batch) => void seen.audit.push(...batch));
    const ids = await at.publish(topic, [{ aggregate: 'probe:1', sequence: 3n, name: 'first' }]);
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
    await eventually(async () => expect(await outboxRows(at.service)).toBe(0));
  });

  test('what a group has not handled is counted, and how late events were is measured', async () => {
    const topic = uniqueTopic();
    const { transport } = at;
    const held = Promise.withResolvers<void>();
    await at.consume(topic, 'slow', () => held.promise);
    await at.publish(topic, sequences('probe:1', 1, 3));
    const waiting = async () => [...(await transport.lag(topic.name, 'slow')).values()].reduce((a, b) => a + b, 0n);
    await eventually(async () => expect(await waiting()).toBe(3n));
    held.resolve();
    await eventually(async () => expect(await waiting()).toBe(0n));
    expect(await at.service.metrics.getSingleMetricAsString('drippulse_event_lag_seconds')).toContain(
      `drippulse_event_lag_seconds_count{service="probes",topic="${topic.name}",group="slow"} 3`,
    );
  });

  test('the events of one aggregate arrive in order', async () => {
    const topic = uniqueTopic();
    const aggregates = Array.from({ length: 10 }, (_, index) => `probe:${index}`);
    const seen = new Map<string, bigint[]>(aggregates.map((aggregate) => [aggregate, []]));
    await at.consume(topic, 'order', async (batch) => {
      for (const { message } of batch) seen.get(message.aggregate)?.push(message.sequence);
    });
    for (let from = 1; from <= 40; from += 10) {
      await at.publish(
        topic,
        aggregates.flatMap((aggregate) => sequences(aggregate, from, from + 9)),
      );
    }
    const inOrder = sequences('', 1, 40).map(({ sequence }) => sequence);
    await eventually(() => expect([...seen.values()]).toEqual(aggregates.map(() => inOrder)));
  });

  test('events whose consumer is killed between their effect and the commit are handled again', async () => {
    const topic = uniqueTopic();
    await sql`create table if not exists effects (event_id text not null)`.execute(at.service.db.kysely);
    const ids = await at.publish(topic, sequences('probe:1', 1, 5));
    const settings = { choice: at.choice, topic: topic.name, group: 'crash', databaseUrl: at.service.url };
    expect(await startChild('./killed-consumer.ts', settings).exited).toBe('SIGKILL');
    const before = await sql<{ event_id: string }>`select event_id from effects`.execute(at.service.db.kysely);
    expect(before.rows.length).toBeGreaterThan(0);

    const again: string[] = [];
    await at.consume(topic, 'crash', async (batch) => void again.push(...batch.map((event) => event.id)));
    await eventually(() => expect(again).toEqual(ids));
  });

  test('ten thousand events of one transaction arrive once', async () => {
    const topic = uniqueTopic();
    const handled: string[] = [];
    await at.consume(topic, 'bulk', async (batch) => void handled.push(...batch.map(({ id }) => id)));
    const events = Array.from({ length: 10_000 }, (_, index) => ({ aggregate: `probe:${index}`, sequence: 1n }));
    const ids = await at.publish(topic, events);
    await eventually(() => expect(handled).toHaveLength(10_000));
    expect([...handled].sort()).toEqual([...ids].sort());
  });

  test('a group that comes later sees what was published before it', async () => {
    const topic = uniqueTopic();
    const handled: string[] = [];
    const ids = await at.publish(topic, sequences('probe:1', 1, 10));
    await eventually(async () => expect(await outboxRows(at.service)).toBe(0));
    await at.consume(topic, 'late', async (batch) => void handled.push(...batch.map(({ id }) => id)));
    await eventually(() => expect(handled).toEqual(ids));
  });
}
