import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { appendEvents, type EventTransport, type Relay, startDistantRelay, startRelay } from '../src/index.ts';
import { startChild } from './child.ts';
import { createEmbeddedLog, type EmbeddedLog, storedIds } from './embedded-log.ts';
import { append, createTestService, log, outboxRows, sequences, type TestService, uniqueTopic } from './fixture.ts';
import { untilListening, wokenRounds } from './rounds.ts';
import { openTransport } from './transports.ts';

/** Long enough for a send on a busy machine, and short enough for a test to wait for the end of the lease. */
const leaseMs = 5_000;

let embeddedLog: EmbeddedLog;
let transport: EventTransport;

beforeAll(async () => {
  embeddedLog = await createEmbeddedLog();
  transport = openTransport(embeddedLog.choice);
});

afterAll(async () => {
  await transport.close();
  await embeddedLog.drop();
});

async function withService(run: (service: TestService) => Promise<void>): Promise<void> {
  const service = await createTestService();
  try {
    await run(service);
  } finally {
    await service.drop();
  }
}

function relayOf(service: TestService, over: EventTransport = transport): Relay {
  const { db, metrics } = service;
  return startRelay({ db, schema: 'probes', service: 'probes', transport: over, log, metrics, leaseMs });
}

function childSettings(service: TestService) {
  return { choice: embeddedLog.choice, databaseUrl: service.url, leaseMs };
}

async function leaseHolder(service: TestService): Promise<string | null> {
  const { rows } = await sql<{ holder: string | null }>`select holder from outbox_lease`.execute(service.db.kysely);
  return rows[0]?.holder ?? null;
}

test('two relays of one service send each event once, in order', () =>
  withService(async (service) => {
    const topic = uniqueTopic();
    const relays = [relayOf(service), relayOf(service)];
    const ids: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      ids.push(...(await append(service, topic, sequences('probe:1', round * 3 + 1, round * 3 + 3))));
      for (const relay of relays) relay.wake();
    }
    await eventually(async () => expect(await outboxRows(service)).toBe(0));
    expect(await storedIds(embeddedLog.db, topic.name)).toEqual(ids);
    await Promise.all(relays.map((relay) => relay.stop()));
  }));

test('a rolled back transaction sends nothing', () =>
  withService(async (service) => {
    const topic = uniqueTopic();
    const relay = relayOf(service);
    const failing = service.db.kysely.transaction().execute(async (trx) => {
      await appendEvents(trx, topic, [{ organizationId: 7n, aggregate: 'probe:1', sequence: 1n }]);
      throw new Error('no row');
    });
    await expect(failing).rejects.toThrow('no row');
    const ids = await append(service, topic, sequences('probe:1', 2, 2));
    relay.wake();
    await eventually(async () => expect(await storedIds(embeddedLog.db, topic.name)).toEqual(ids));
    await relay.stop();
  }));

test('another process takes over when the one that sends is frozen, and it sends nothing more when it thaws', () =>
  withService(async (service) => {
    const topic = uniqueTopic();
    const frozen = startChild('./relaying-process.ts', childSettings(service));
    const before = await append(service, topic, sequences('probe:1', 1, 3));
    await eventually(async () => expect(await outboxRows(service)).toBe(0));
    const firstHolder = await leaseHolder(service);

    frozen.process.kill('SIGSTOP');
    const during = await append(service, topic, sequences('probe:1', 4, 6));
    const relay = relayOf(service);
    await eventually(async () => expect(await outboxRows(service)).toBe(0));
    expect(await leaseHolder(service)).not.toBe(firstHolder);

    frozen.process.kill('SIGCONT');
    const after = await append(service, topic, sequences('probe:1', 7, 9));
    relay.wake();
    await eventually(async () => expect(await outboxRows(service)).toBe(0));
    expect(await storedIds(embeddedLog.db, topic.name)).toEqual([...before, ...during, ...after]);
    await frozen.kill();
    await relay.stop();
  }));

test('what was sent by a process that died before it could say so is sent again with the same ids', () =>
  withService(async (service) => {
    const topic = uniqueTopic();
    const ids = await append(service, topic, sequences('probe:1', 1, 5));
    const dying = startChild('./relaying-process.ts', { ...childSettings(service), diesAfterSend: true });
    expect(await dying.exited).toBe('SIGKILL');
    expect(await outboxRows(service)).toBe(1);
    const relay = relayOf(service);
    await eventually(async () => expect(await outboxRows(service)).toBe(0));
    expect(await storedIds(embeddedLog.db, topic.name)).toEqual([...ids, ...ids]);
    await relay.stop();
  }));

test('nothing is lost when sends fail in the middle, stored or not, and no producer is used after it failed', () =>
  withService(async (service) => {
    const topic = uniqueTopic();
    const faults: ('before' | 'after' | undefined)[] = [undefined, 'after', 'before', undefined, 'after'];
    const failed = new Set<object>();
    let reused = 0;
    const failing: EventTransport = {
      ...transport,
      async createProducer() {
        const producer = await transport.createProducer();
        return {
          ...producer,
          async send(name, messages, timeoutMs) {
            if (failed.has(producer)) reused += 1;
            const fault = faults.shift();
            if (fault !== 'before') await producer.send(name, messages, timeoutMs);
            if (fault === undefined) return;
            failed.add(producer);
            throw new Error(`failed ${fault} the send`);
          },
        };
      },
    };
    const relay = relayOf(service, failing);
    const ids = await append(
      service,
      topic,
      Array.from({ length: 3500 }, (_, index) => ({ aggregate: `probe:${index}`, sequence: 1n })),
    );
    relay.wake();
    await eventually(async () => expect(await outboxRows(service)).toBe(0));
    expect(new Set(await storedIds(embeddedLog.db, topic.name))).toEqual(new Set(ids));
    expect({ faultsLeft: faults.length, reused }).toEqual({ faultsLeft: 0, reused: 0 });
    await relay.stop();
  }));

test('a service with nothing to send holds no lease', () =>
  withService(async (service) => {
    const relay = relayOf(service);
    relay.wake();
    await append(service, uniqueTopic(), sequences('probe:1', 1, 1));
    await eventually(async () => expect(await outboxRows(service)).toBe(0));
    // If the process renewed the lease whenever half of it was left, the lease would never end.
    await eventually(async () => {
      const { rows } = await sql`select from outbox_lease where locked_until < clock_timestamp()`.execute(
        service.db.kysely,
      );
      expect(rows).toHaveLength(1);
    });
    await relay.stop();
  }));

test.each([
  ['may send too', (service: TestService) => relayOf(service)],
  ['never sends', ({ db }: TestService) => startDistantRelay({ db, schema: 'probes', log })],
])('the relay that sends is woken by a commit of a process that %s', (_what, startCommitting) =>
  withService(async (service) => {
    const topic = uniqueTopic();
    const { db, metrics } = service;
    const names = { schema: 'probes', service: 'probes' };
    const sending = startRelay({ db, ...names, transport, log, metrics, leaseMs: 60_000 });
    await append(service, topic, sequences('probe:1', 1, 1));
    await eventually(async () => expect(await leaseHolder(service)).not.toBeNull());
    const committing = startCommitting(service);
    await untilListening(db, 2);
    let sequence = 1;
    await wokenRounds(async (isDone) => {
      sequence += 1;
      await append(service, topic, sequences('probe:1', sequence, sequence));
      committing.wake();
      await isDone(async () => expect(await outboxRows(service)).toBe(0));
    });
    await sending.stop();
    await committing.stop();
  }),
);
