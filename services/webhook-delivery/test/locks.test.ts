import { globSync, readFileSync } from 'node:fs';
import { connectDatabase, type Database } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { createTestDatabase, eventually, somebodyWaits, type TestDatabase } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Context } from '../src/context.ts';
import { lockEndpoints, lockLanes } from '../src/db/locks.ts';
import type { DB } from '../src/db/schema.ts';
import { enqueue } from '../src/deliveries/enqueue.ts';
import { createConcurrency } from '../src/lanes/concurrency.ts';
import { settleLanes } from '../src/lanes/reschedule-lanes.ts';
import { startCancelling } from '../src/loops/cancel-removed.ts';
import { startExpiring } from '../src/loops/expire-paused.ts';
import { claim } from '../src/sending/claim.ts';
import { giveBack } from '../src/sending/give-back.ts';
import { record } from '../src/sending/record.ts';
import { service } from '../src/service.ts';
import { clientOf, contextOf } from './context.ts';
import { guardQueue } from './guard-queue.ts';

const ids = [1n, 2n, 3n];

let database: TestDatabase;
let db: Database<DB>;
let ctx: Context;
beforeEach(async () => {
  database = await createTestDatabase({ name: 'webhooks_locks', template: 'webhooks_bare', prepare });
  const log = createLogger({ service: 'test', level: 'fatal' });
  db = connectDatabase<DB>({ url: database.url, schema: 'webhooks', service: 'test', log });
  ctx = contextOf(db);
  await fill();
});
afterEach(async () => {
  await ctx.http.close();
  await db.close();
  await database.drop();
});

async function prepare(url: string): Promise<void> {
  await service.migrate(url);
}

/**
 * Fills in three ordered webhooks with two deliveries each, of the events 1 and 2; the second waits for the first. The
 * rows are in the tables in the opposite order, so that a writer that does not sort them locks the last row first.
 */
async function fill(): Promise<void> {
  const { kysely } = db;
  const descending = sql`from generate_series(1, 3) w order by w desc`;
  await sql`
    insert into webhooks (id, organization_id, mode, url, event_types, active, ordered, secret, created_at, updated_at)
    select w, 1, 'live', 'http://127.0.0.1/', array['*'], true, true, '', now(), now() ${descending}`.execute(kysely);
  await sql`insert into endpoints (webhook_id) select w ${descending}`.execute(kysely);
  await sql`
    insert into lanes (webhook_id, is_manual, organization_id, next_due_at)
    select w, kind, 1, case when not kind then now() end
    from generate_series(1, 3) w, unnest(array[true, false]) kind order by w desc, kind desc`.execute(kysely);
  const at = new Date();
  await sql`
    insert into payloads (organization_id, event_id, event_at, body)
    select 1, n, ${at}, '{}' from unnest(array['1', '2']) n`.execute(kysely);
  await sql`
    insert into deliveries (id, event_at, organization_id, webhook_id, event_id, event_type, status, order_key)
    select w * 10 + n, ${at}, 1, w, n, 'workflow.created', 'pending', 'key'
    from generate_series(1, 3) w, generate_series(1, 2) n`.execute(kysely);
  await sql`
    insert into queue (delivery_id, webhook_id, is_manual, due_at, event_id, event_at, event_type, order_key)
    select id, webhook_id, false, case when event_id = '1' then now() else 'infinity' end, event_id, event_at, event_type, order_key
    from deliveries order by id desc`.execute(kysely);
  await sql`analyze`.execute(kysely);
}

const claimed = () => claim(ctx, createConcurrency(100));

/** Runs a loop until a condition is true. */
async function until(start: (context: Context) => { stop(): Promise<void> }, holds: () => Promise<void>) {
  const loop = start(ctx);
  try {
    await eventually(holds);
  } finally {
    await loop.stop();
  }
}

/**
 * All functions that write lanes or rows of the queue, except the claims. Each function prepares the write, and returns
 * a function that performs it.
 */
const writers = {
  async removing() {
    return () => clientOf(ctx).deleteWebhook({ id: 1n });
  },
  async updating() {
    const updateMask = { paths: ['active', 'ordered'] };
    return () => clientOf(ctx).updateWebhook({ id: 1n, updateMask, active: false, ordered: false });
  },
  async redelivering() {
    return () => clientOf(ctx).redeliverDelivery({ webhookId: 1n, id: 11n });
  },
  async 'forgetting a payload'() {
    return () => clientOf(ctx).deleteEventPayload({ eventId: '1' });
  },
  async recording() {
    const attempt = { at: new Date(), durationMs: 1, statusCode: 410, error: 'http_error' };
    const results = (await claimed()).toReversed().map((delivery) => ({ delivery, attempt }));
    return () => record(ctx, results);
  },
  async settling() {
    const changes = ids.toReversed().map((webhookId) => ({ webhookId }));
    return () => settleLanes(db.kysely, changes);
  },
  async 'giving back'() {
    const deliveries = (await claimed()).toReversed();
    return () => giveBack(ctx, deliveries);
  },
  async 'fanning out'() {
    const event = { id: '3', type: 'workflow.created', at: new Date(), body: '{}' };
    const matches = ids.toReversed().map((webhookId) => ({ webhookId, organizationId: 1n, event }));
    return () =>
      db.kysely.transaction().execute(async (trx) => {
        await lockEndpoints(trx, ids);
        await enqueue(trx, matches, { isManual: false, isTest: false });
      });
  },
  async cancelling() {
    await sql`insert into removals values (1)`.execute(db.kysely);
    const removals = () => db.kysely.selectFrom('removals').selectAll().execute();
    return () => until(startCancelling, async () => expect(await removals()).toEqual([]));
  },
  async expiring() {
    await sql`update lanes set is_paused = true where webhook_id = 1 and not is_manual`.execute(db.kysely);
    await sql`update queue set due_at = now() - interval '31 days' where delivery_id = 11`.execute(db.kysely);
    const stuck = () =>
      sql`select from queue where webhook_id = 1 and (delivery_id = 11 or due_at = 'infinity')`.execute(db.kysely);
    return () => until(startExpiring, async () => expect((await stuck()).rows).toEqual([]));
  },
};

/** Rows that another transaction has locked, and the number of other rows that must be free while a writer waits. */
const places = {
  endpoint: {
    lock: sql`select from endpoints where webhook_id = 1 for update`,
    free: { endpoints: 2, queue: 6, lanes: 6 },
  },
  queue: { lock: sql`select from queue where webhook_id = 1 for update`, free: { lanes: 6 } },
  lane: { lock: sql`select from lanes where webhook_id = 1 and not is_manual for update`, free: { lanes: 5 } },
};

const cases: [keyof typeof writers, (keyof typeof places)[]][] = [
  ['removing', ['endpoint', 'lane']],
  ['updating', ['endpoint', 'queue', 'lane']],
  ['redelivering', ['endpoint', 'queue']],
  ['forgetting a payload', ['endpoint', 'queue', 'lane']],
  ['recording', ['endpoint', 'queue', 'lane']],
  ['settling', ['lane']],
  ['giving back', ['endpoint', 'queue', 'lane']],
  ['fanning out', ['endpoint', 'lane']],
  ['cancelling', ['endpoint', 'queue', 'lane']],
  ['expiring', ['endpoint', 'queue', 'lane']],
];

/** Counts the rows that no other transaction has locked. */
function countFree(): Promise<Record<string, number>> {
  return db.kysely.transaction().execute(async (trx) => {
    const free = async (table: string) =>
      (await sql`select from ${sql.table(table)} for update skip locked`.execute(trx)).rows.length;
    return { endpoints: await free('endpoints'), queue: await free('queue'), lanes: await free('lanes') };
  });
}

test.each(cases.flatMap(([writer, waits]) => waits.map((place) => ({ writer, place }))))(
  '$writer waits for the first $place before it locks anything that comes later',
  async ({ writer, place }) => {
    const write = await writers[writer]();
    const { lock, free } = places[place];
    let writing: Promise<unknown> = Promise.resolve();
    await db.kysely.transaction().execute(async (trx) => {
      await lock.execute(trx);
      writing = write();
      writing.catch(() => undefined);
      await somebodyWaits(trx);
      expect(await countFree()).toMatchObject(free);
    });
    await writing;
  },
);

test('a transaction that leaves the order is refused', async () => {
  const inOne = (...steps: ((trx: Parameters<typeof lockLanes>[0]) => Promise<unknown>)[]) =>
    db.kysely.transaction().execute(async (trx) => {
      for (const step of steps) await step(trx);
    });
  const endpoints = (webhookIds: bigint[]) => (trx: Parameters<typeof lockLanes>[0]) => lockEndpoints(trx, webhookIds);
  const lanes = (webhookIds: bigint[]) => (trx: Parameters<typeof lockLanes>[0]) => lockLanes(trx, webhookIds);
  await inOne(endpoints([2n, 1n]), endpoints([1n]), lanes([1n]));
  await expect(inOne(lanes([1n]), endpoints([1n]))).rejects.toThrow('before lanes');
  await expect(inOne(endpoints([1n]), endpoints([2n]))).rejects.toThrow('at once');
  await expect(inOne(lanes([2n]), lanes([1n]))).rejects.toThrow('at once');
});

test('the harness finds a change of the queue without the lock of its endpoint', async () => {
  await guardQueue(db.kysely);
  const log = createLogger({ service: 'test', level: 'fatal' });
  const own = connectDatabase<DB>({ url: database.url, schema: 'webhooks', service: 'webhook-delivery', log });
  const change = sql`update queue set tries = 1 where webhook_id = 1`;
  await expect(change.execute(own.kysely)).rejects.toThrow('without the lock of its endpoint');
  await own.kysely.transaction().execute(async (trx) => {
    await lockEndpoints(trx, [1n]);
    await change.execute(trx);
  });
  await own.close();
});

test('only the room of lanes, the claims and the making of a webhook write lanes', () => {
  const write = /(?:\bupdate|\bdelete from|\binto)\s+lanes\b|(?:updateTable|deleteFrom|insertInto)\('lanes'\)/;
  const root = new URL('../src/', import.meta.url).pathname;
  const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.startsWith('db/migrations/'));
  const writing = files.filter((file) => write.test(readFileSync(`${root}${file}`, 'utf8')));
  expect(writing.filter((file) => !file.startsWith('lanes/')).sort()).toEqual([
    'rpc/create-webhook.ts',
    'sending/schedule-lanes.ts',
  ]);
});
