import { fromBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ProbeEventSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { pruneInbox } from '../src/consuming/inbox.ts';
import { unpackMessages } from '../src/frame/frame.ts';
import { appendBatch, appendEvents, firstSeen, startEvents, topicOf } from '../src/index.ts';
import { listOutbox, readFrames } from '../src/outbox/rows.ts';
import { append, createTestService, sequences, type TestService } from './fixture.ts';

const topic = topicOf(ProbeEventSchema);

async function withService(run: (service: TestService) => Promise<void>): Promise<void> {
  const service = await createTestService();
  try {
    await run(service);
  } finally {
    await service.drop();
  }
}

async function rows(service: TestService) {
  const result = await sql<{ topic: string; events: number; bytes: number }>`
    select topic, events, octet_length(frame) as bytes from outbox order by id
  `.execute(service.db.kysely);
  return result.rows;
}

test('the events of one call are one row, each with an id of its own', () =>
  withService(async (service) => {
    const ids = await append(service, topic, sequences('probe:1', 1, 1000));
    expect(await rows(service)).toEqual([{ topic: 'drippulse.probes.v1', events: 1000, bytes: expect.anything() }]);
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-7/);
  }));

test('organizations are read in turn, each in order, also from rows of one transaction', () =>
  withService(async (service) => {
    const of = (organizationId: bigint, name: string) => ({ organizationId, aggregate: 'probe:1', sequence: 1n, name });
    for (const name of ['a', 'b', 'c']) await append(service, topic, [of(9n, name)]);
    await append(service, topic, [of(9n, 'd'), of(7n, 'a'), of(9n, 'e'), of(7n, 'b')]);
    await append(service, topic, [of(8n, 'a')]);
    const read = await readFrames(service.db, await listOutbox(service.db));
    const names = (frame: Uint8Array) =>
      unpackMessages(frame).map(({ value }) => fromBinary(ProbeEventSchema, value).payload.value?.name);
    expect(read.map((row) => [row.organization_id, ...names(row.frame)])).toEqual([
      [9n, 'a'],
      [7n, 'a', 'b'],
      [8n, 'a'],
      [9n, 'b'],
      [9n, 'c'],
      [9n, 'd', 'e'],
    ]);
  }));

test('a read has rows of every organization that waits, and no more of one than its share', () =>
  withService(async (service) => {
    await sql`
      insert into outbox (organization_id, topic, events, frame)
      select case when n <= 1000 then 1 else n end, 'probes', 1, 'x' from generate_series(1, 1030) as n`.execute(
      service.db.kysely,
    );
    const read = await readFrames(service.db, await listOutbox(service.db));
    expect(new Set(read.map((row) => row.organization_id)).size).toBe(31);
    expect(read.filter((row) => row.organization_id === 1n)).toHaveLength(6);
    expect(new Set(read.slice(0, 31).map((row) => row.organization_id)).size).toBe(31);
  }));

test('a list of a flood leaves the frames out, and one of few small rows has them', () =>
  withService(async (service) => {
    const large = { organizationId: 1n, aggregate: 'probe:1', sequence: 1n, name: 'x'.repeat(100_000) };
    await append(service, topic, [{ ...large, name: 'small' }]);
    expect((await listOutbox(service.db)).map(({ frame }) => frame === null)).toEqual([false]);
    await append(service, topic, [large]);
    const listed = await listOutbox(service.db);
    expect(listed.map(({ frame }) => frame)).toEqual([null, null]);
    const sizes = (await readFrames(service.db, listed)).map(({ frame }) => frame.byteLength);
    expect(sizes).toEqual(listed.map(({ bytes }) => bytes));
  }));

test('events that exceed a megabyte are several rows of about that size', () =>
  withService(async (service) => {
    const name = 'x'.repeat(200_000);
    await append(
      service,
      topic,
      sequences('probe:1', 1, 12).map((event) => ({ ...event, name })),
    );
    expect((await rows(service)).map((row) => row.events)).toEqual([5, 5, 2]);
  }));

test('no events write nothing, and an event that no transport carries is refused', () =>
  withService(async (service) => {
    expect(await append(service, topic, [])).toEqual([]);
    const tooLarge = append(service, topic, [{ aggregate: 'probe:1', sequence: 1n, name: 'x'.repeat(9_000_000) }]);
    await expect(tooLarge).rejects.toMatchObject({ kind: 'too_large', reason: 'event_too_large' });
    const nameless = service.db.kysely
      .transaction()
      .execute((trx) => appendEvents(trx, topic, [{ organizationId: 7n, sequence: 1n }]));
    await expect(nameless).rejects.toThrow('lacks the fields of an event');
    expect(await rows(service)).toEqual([]);
  }));

test('what events share is in each of them, merged with what it says itself', () =>
  withService(async (service) => {
    const batch = startEvents(topic);
    batch.add({ aggregate: 'probe:1', payload: { case: 'touched', value: { name: 'one' } } });
    batch.add({ aggregate: 'probe:2', payload: { case: 'touched', value: { count: 2 } } });
    const shared = { organizationId: 7n, sequence: 4n, payload: { case: 'touched' as const, value: { count: 1 } } };
    await service.db.kysely.transaction().execute((trx) => appendBatch(trx, batch, { shared }));
    const { rows: stored } = await sql<{ frame: Uint8Array }>`select frame from outbox`.execute(service.db.kysely);
    const events = stored.flatMap(({ frame }) => unpackMessages(frame));
    const messages = events.map(({ value }) => fromBinary(ProbeEventSchema, value));
    const common = { organizationId: 7n, sequence: 4n, time: expect.anything() };
    expect(messages).toEqual([
      expect.objectContaining({ ...common, id: events[0]?.headers['ce_id'], aggregate: 'probe:1' }),
      expect.objectContaining({ ...common, id: events[1]?.headers['ce_id'], aggregate: 'probe:2' }),
    ]);
    expect(messages.map(({ payload }) => payload.value)).toMatchObject([{ name: 'one', count: 1 }, { count: 2 }]);
    expect(events).toMatchObject([
      { key: '7:probe:1', headers: { ce_type: 'probes.touched', organization: '7' } },
      { key: '7:probe:2', headers: { ce_type: 'probes.touched', organization: '7' } },
    ]);
  }));

test('events that differ in what their headers say keep what each says', () =>
  withService(async (service) => {
    const time = timestampFromDate(new Date('2026-11-25T10:00:00.123Z'));
    await service.db.kysely.transaction().execute((trx) =>
      appendEvents(trx, topic, [
        { aggregate: 'probe:1', organizationId: 7n, time, payload: { case: 'touched', value: {} } },
        { aggregate: 'probe:2', organizationId: 8n },
      ]),
    );
    const { rows: stored } = await sql<{ frame: Uint8Array }>`select frame from outbox`.execute(service.db.kysely);
    const [first, second] = stored.flatMap(({ frame }) => unpackMessages(frame));
    expect(first?.headers).toMatchObject({ ce_type: 'probes.touched', ce_time: '2026-11-25T10:00:00.123Z' });
    expect(first).toMatchObject({ key: '7:probe:1', headers: { organization: '7' } });
    expect(second).toMatchObject({ key: '8:probe:2', headers: { organization: '8' } });
    expect(second?.headers['ce_time']).not.toBe(first?.headers['ce_time']);
    expect(second?.headers['ce_type']).not.toBe('probes.touched');
  }));

test('an event is seen first once for each group, also when two transactions ask at once', () =>
  withService(async ({ db }) => {
    const ids = Array.from({ length: 50 }, () => `evt_${uuidv7()}`);
    const ask = (group: string, asked: readonly string[]) =>
      db.kysely.transaction().execute((trx) => firstSeen(trx, group, asked));
    const [one, two] = await Promise.all([ask('mail', ids), ask('mail', ids.toReversed())]);
    expect([one.size, two.size].sort()).toEqual([0, 50]);
    expect((await ask('mail', [...ids, 'evt_new', 'evt_new'])).size).toBe(1);
    expect(await ask('audit', ids)).toEqual(new Set(ids));
  }));

test('an event whose effect was rolled back is new again', () =>
  withService(async ({ db }) => {
    const failing = db.kysely.transaction().execute(async (trx) => {
      await firstSeen(trx, 'mail', ['evt_1']);
      throw new Error('no effect');
    });
    await expect(failing).rejects.toThrow('no effect');
    expect(await db.kysely.transaction().execute((trx) => firstSeen(trx, 'mail', ['evt_1']))).toEqual(
      new Set(['evt_1']),
    );
  }));

test('the inbox forgets events that are older than eight days, of its group only', () =>
  withService(async ({ db }) => {
    const daysAgo = (days: number) => `evt_${uuidv7({ msecs: Date.now() - days * 86_400_000 })}`;
    const [old, recent] = [daysAgo(9), daysAgo(7)];
    await db.kysely.transaction().execute(async (trx) => {
      await firstSeen(trx, 'mail', [old, recent]);
      await firstSeen(trx, 'audit', [old]);
    });
    await pruneInbox(db, 'mail', new AbortController().signal);
    const left = await sql<{ event_id: string }>`
      select consumer_group, event_id from inbox order by consumer_group
    `.execute(db.kysely);
    expect(left.rows).toEqual([
      { consumer_group: 'audit', event_id: old },
      { consumer_group: 'mail', event_id: recent },
    ]);
  }));
