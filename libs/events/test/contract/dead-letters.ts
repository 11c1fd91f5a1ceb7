import { DomainError } from '@drippulse/errors';
import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { type DeadLetter, readDeadLetters, redrive } from '../../src/index.ts';
import { sequences, uniqueTopic } from '../fixture.ts';
import type { Contract } from './contract.ts';

/** Tests the treatment of events that cannot be handled. */
export function describeDeadLetters(at: Contract): void {
  test('only the event that always fails goes to the dead-letter topic, with its reason, and the others go on', async () => {
    const topic = uniqueTopic();
    const handled: string[] = [];
    let tries = 0;
    let isMended = false;
    await at.consume(topic, 'poison', async (batch) => {
      const isPoisoned = !isMended && batch.some(({ message }) => message.aggregate === 'probe:bad');
      if (isPoisoned && batch.length === 1) tries += 1;
      if (isPoisoned) throw new DomainError('invalid', 'unreadable', 'This one is bad.');
      handled.push(...batch.map(({ id }) => id));
    });
    const ids = await at.publish(topic, [
      ...sequences('probe:1', 1, 20),
      { aggregate: 'probe:bad', sequence: 1n },
      ...sequences('probe:2', 1, 20),
    ]);
    const dead = await at.watchDeadLetters(topic);
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
    await readDeadLetters(at.transport, topic.name, async (letter) => void letters.push(letter));
    expect(letters).toEqual([
      expect.objectContaining({ id: ids[20], group: 'poison', reason: expect.stringContaining('This one is bad.') }),
    ]);
    isMended = true;
    expect(await redrive(at.transport, topic.name, () => false)).toBe(0);
    expect(await redrive(at.transport, topic.name, (letter) => letter.id === ids[20])).toBe(1);
    await eventually(() => expect(handled.at(-1)).toBe(ids[20]));
  });

  test('a message that cannot be decoded goes to the dead-letter topic at once, and the others go on', async () => {
    const topic = uniqueTopic();
    const handled: bigint[] = [];
    await at.transport.ensureTopics([topic.name]);
    const producer = await at.transport.createProducer();
    const headers = { ce_id: 'evt_broken', ce_type: 'probe.touched' };
    await producer.send(topic.name, [{ key: '7:probe:1', value: new Uint8Array([0xff]), headers }], 5000);
    await producer.close();
    await at.publish(topic, sequences('probe:1', 1, 3));
    await at.consume(topic, 'broken', async (batch) => void handled.push(...batch.map((e) => e.message.sequence)));
    const dead = await at.watchDeadLetters(topic);
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
    await at.consume(topic, 'outage', async (batch) => {
      failuresLeft -= 1;
      if (failuresLeft >= 0) throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
      handled.push(...batch.map(({ id }) => id));
    });
    const ids = await at.publish(topic, sequences('probe:1', 1, 3));
    await eventually(() => expect(handled).toEqual(ids));
    expect(await at.service.metrics.getSingleMetricAsString('drippulse_events_dead_lettered_total')).not.toContain(
      topic.name,
    );
  });
}
