import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { readTopic } from '../src/embedded/read.ts';
import { deleteOldMessages } from '../src/embedded/retention.ts';
import { type EventTransport, type ReceivedMessage, startRelay, type TransportMessage } from '../src/index.ts';
import { startChild } from './child.ts';
import { createEmbeddedLog, type EmbeddedLog, storedIds } from './embedded-log.ts';
import { append, createTestService, log, sequences, uniqueTopic } from './fixture.ts';
import { untilListening, wokenRounds } from './rounds.ts';
import { openTransport } from './transports.ts';

let embeddedLog: EmbeddedLog;
let transport: EventTransport;
const others: EventTransport[] = [];

beforeAll(async () => {
  embeddedLog = await createEmbeddedLog();
  transport = openTransport(embeddedLog.choice);
});

afterAll(async () => {
  await Promise.all([transport, ...others].map((opened) => opened.close()));
  await embeddedLog.drop();
});

function otherTransport(): EventTransport {
  const other = openTransport(embeddedLog.choice);
  others.push(other);
  return other;
}

function messages(keys: readonly string[]): TransportMessage[] {
  return keys.map((key, index) => ({ key, value: Buffer.from(`${index}`), headers: { ce_id: `${key}/${index}` } }));
}

async function newTopic(): Promise<string> {
  const { name } = uniqueTopic();
  await transport.ensureTopics([name]);
  return name;
}

async function send(over: EventTransport, topic: string, keys: readonly string[]): Promise<void> {
  const producer = await over.createProducer();
  await producer.send(topic, messages(keys), 20_000);
}

async function consumeInto(over: EventTransport, topic: string, group: string): Promise<ReceivedMessage[]> {
  const received: ReceivedMessage[] = [];
  await over.consume({
    topic,
    group,
    async onBatch(batch) {
      received.push(...batch.messages);
      return { done: batch.messages.length };
    },
  });
  return received;
}

test('a topic of large messages is read whole and in order, a bounded part at a time', async () => {
  const topic = await newTopic();
  const producer = await transport.createProducer();
  const bytes = 200 * 1024;
  const large = messages(Array(8).fill('one')).map((message) => ({ ...message, value: Buffer.alloc(bytes, 'x') }));
  await producer.send(topic, large, 20_000);

  const { db, parts } = watchingRows(embeddedLog.db);
  const read: string[] = [];
  await readTopic(db, topic, async ({ headers }) => void read.push(headers['ce_id'] ?? ''));
  expect(read).toEqual(large.map(({ headers }) => headers['ce_id']));
  expect(Math.max(...parts)).toBeLessThanOrEqual(2);
});

/** Records the number of messages that each statement returns. */
function watchingRows(db: EmbeddedLog['db']): { db: EmbeddedLog['db']; parts: number[] } {
  const parts: number[] = [];
  const kysely = db.kysely.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      parts.push(result.rows.filter((row) => 'value' in row).length);
      return result;
    },
  });
  return { db: { ...db, kysely }, parts };
}

test('offsets have no gap and no double under many producers', async () => {
  const topic = await newTopic();
  const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`);
  const producers = [transport, otherTransport(), otherTransport()];
  await Promise.all(
    Array.from({ length: 30 }, (_, round) =>
      send(producers[round % 3] ?? transport, topic, round % 2 ? keys : keys.toReversed()),
    ),
  );
  const { rows } = await sql<{ partition: number; first: bigint; last: bigint; next: bigint }>`
    select partition, "offset" - messages + 1 as first, "offset" as last, head.next_offset as next
    from embedded_log join topic_partitions as head using (topic, partition)
    where topic = ${topic} order by partition, "offset"
  `.execute(embeddedLog.db.kysely);
  expect(rows.reduce((sum, row) => sum + row.last - row.first + 1n, 0n)).toBe(1200n);
  for (const batches of Map.groupBy(rows, (row) => row.partition).values()) {
    expect(batches.map(({ first }) => first)).toEqual([0n, ...batches.slice(0, -1).map(({ last }) => last + 1n)]);
    expect(batches.at(-1)).toMatchObject({ last: (batches[0]?.next ?? 0n) - 1n });
  }
});

test('a group that stopped in the middle of a batch goes on there', async () => {
  const topic = await newTopic();
  await send(transport, topic, Array(10).fill('key'));
  const taken: bigint[][] = [];
  await transport.consume({
    topic,
    group: 'halting',
    async onBatch({ messages: batch }) {
      taken.push(batch.map(({ offset }) => offset));
      return taken.length === 1 ? { done: 4, retryAfterMs: 1 } : { done: batch.length };
    },
  });
  await eventually(() => expect(taken).toEqual([offsets(0, 10), offsets(4, 10)]));
});

function offsets(from: number, to: number): bigint[] {
  return Array.from({ length: to - from }, (_, index) => BigInt(from + index));
}

test('a message to a topic that does not exist is refused', async () => {
  await expect(send(transport, 'drippulse.nowhere.v1', ['a', 'b'])).rejects.toThrow('does not exist');
});

test('a consumer is woken by a send over another connection', async () => {
  const topic = await newTopic();
  const received = await consumeInto(otherTransport(), topic, 'woken');
  await untilListening(embeddedLog.db, 2);
  let count = 0;
  await wokenRounds(async (isDone) => {
    count += 1;
    await send(transport, topic, ['next']);
    await isDone(async () => expect(received).toHaveLength(count));
  });
});

test('a consumer that was frozen past its lease does not move the group back', async () => {
  const service = await createTestService();
  const topic = uniqueTopic();
  const { db, metrics } = service;
  const relay = startRelay({ db, schema: 'probes', service: 'probes', transport, log, metrics });
  await sql`create table effects (event_id text not null)`.execute(db.kysely);
  await append(service, topic, sequences('probe:1', 1, 5));
  const settings = { choice: embeddedLog.choice, topic: topic.name, group: 'frozen', databaseUrl: service.url };
  const child = startChild('./killed-consumer.ts', { ...settings, signal: 'SIGSTOP' });
  await eventually(async () => {
    const { rows } = await sql`select from effects`.execute(db.kysely);
    expect(rows).toHaveLength(5);
  });

  const received = await consumeInto(transport, topic.name, 'frozen');
  await eventually(() => expect(received).toHaveLength(5));
  await append(service, topic, sequences('probe:1', 6, 10));
  relay.wake();
  await eventually(() => expect(received).toHaveLength(10));
  const position = async () => {
    const { rows } = await sql<{ next: bigint; holders: number }>`
      select max(next_offset) as next, count(distinct holder)::int as holders from group_partitions
      where group_name = 'frozen' and topic = ${topic.name}
    `.execute(embeddedLog.db.kysely);
    return rows[0];
  };
  await eventually(async () => expect(await position()).toEqual({ next: 10n, holders: 1 }));

  child.process.kill('SIGCONT');
  // Once the resumed member has its share again, its late commit has already been tried.
  await eventually(async () => expect(await position()).toEqual({ next: 10n, holders: 2 }));
  expect(received).toHaveLength(10);
  await child.kill();
  await relay.stop();
  await service.drop();
});

test('messages are kept seven days, and a group that was further behind goes on with the oldest kept', async () => {
  const topic = await newTopic();
  await send(transport, topic, ['key', 'key']);
  await send(transport, topic, ['key']);
  await sql`
    update embedded_log set created_at = now() - interval '8 days' where topic = ${topic} and "offset" < 2
  `.execute(embeddedLog.db.kysely);
  const emptied = await newTopic();
  await send(transport, emptied, ['key']);
  await sql`update embedded_log set created_at = now() - interval '8 days' where topic = ${emptied}`.execute(
    embeddedLog.db.kysely,
  );
  await deleteOldMessages(embeddedLog.db, new AbortController().signal);
  expect(await storedIds(embeddedLog.db, topic)).toEqual(['key/0']);
  expect(await storedIds(embeddedLog.db, emptied)).toEqual([]);

  const received = await consumeInto(transport, topic, 'behind');
  const receivedAfter = await consumeInto(transport, emptied, 'behind');
  await eventually(() => expect(received.map((message) => message.offset)).toEqual([2n]));
  await send(transport, emptied, ['key']);
  await eventually(() => expect(receivedAfter.map((message) => message.offset)).toEqual([1n]));
});
