import { connectDatabase, type Database } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import { createLogger } from '@drippulse/observability';
import { createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Context } from '../src/context.ts';
import { lockEndpoints } from '../src/db/locks.ts';
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

const webhooks = 40;
/** Number of webhooks that stay to the end; all others are removed in the meantime. */
const staying = 8;
const rounds = 16;

const random = createRandom(testSeed('races of locks'));

let database: TestDatabase;
let observer: Database<DB>;
let db: Database<DB>;
let ctx: Context;
let expiring: Loop;
let cancelling: Loop;
beforeAll(async () => {
  database = await createTestDatabase({
    name: 'webhooks_races',
    template: 'webhooks_bare',
    prepare: async (url) => void (await service.migrate(url)),
  });
  const log = createLogger({ service: 'test', level: 'fatal' });
  const open = (max: number) =>
    connectDatabase<DB>({ url: database.url, schema: 'webhooks', service: 'test', log, max });
  observer = open(1);
  db = open(16);
  ctx = contextOf(db);
});
afterAll(async () => {
  await ctx.http.close();
  await observer.close();
  await database.drop();
});

const any = () => BigInt(1 + random.below(staying));
const several = () => [...new Set([any(), any(), any(), any()])];

/**
 * Fills in rows in the opposite order of their ids, so that a writer that does not sort the rows locks the last row
 * first.
 */
async function fill(): Promise<void> {
  const { kysely } = observer;
  const descending = sql`from generate_series(1, ${webhooks}::int) w order by w desc`;
  await sql`
    insert into webhooks (id, organization_id, mode, url, event_types, active, ordered, secret, created_at, updated_at)
    select w, 1, 'live', 'http://127.0.0.1/', array['*'], true, true, '', now(), now() ${descending}`.execute(kysely);
  await sql`insert into endpoints (webhook_id, last_success_at) select w, now() ${descending}`.execute(kysely);
  await sql`
    insert into lanes (webhook_id, is_manual, organization_id, next_due_at)
    select w, kind, 1, case when not kind then now() end
    from generate_series(1, ${webhooks}::int) w, unnest(array[true, false]) kind order by w desc, kind desc`.execute(
    kysely,
  );
  // Each write of a row takes a while, so that transactions overlap.
  await sql`create function linger() returns trigger language plpgsql
    as $$ begin perform pg_sleep(0.001); return coalesce(new, old); end $$`.execute(kysely);
  for (const table of ['queue', 'lanes', 'endpoints']) {
    await sql`create trigger linger before update or delete on ${sql.table(table)}
      for each row execute function linger()`.execute(kysely);
  }
}

let events = 0;

async function fanOut(): Promise<void> {
  events += 1;
  const event = { id: `e${events}`, type: 'workflow.created', at: new Date(), body: '{}' };
  const matches = several().map((webhookId) => ({ webhookId, organizationId: 1n, event, orderKey: 'key' }));
  const ids = matches.map(({ webhookId }) => webhookId);
  await db.kysely.transaction().execute(async (trx) => {
    await lockEndpoints(trx, ids);
    await enqueue(trx, matches, { isManual: false, isTest: false });
  });
}

async function send(): Promise<void> {
  const claimed = await claim(ctx, createConcurrency(100));
  const half = Math.ceil(claimed.length / 2);
  const results = claimed.slice(0, half).map((delivery) => ({
    delivery,
    attempt: { at: new Date(), durationMs: 1, ...random.pick([{ statusCode: 200 }, { error: 'timeout' }]) },
  }));
  if (results.length > 0) await settleLanes(db.kysely, await record(ctx, results));
  if (claimed.length > half) await giveBack(ctx, claimed.slice(half));
}

async function settle(): Promise<void> {
  const every = Array.from({ length: webhooks }, (_, index) => BigInt(webhooks - index));
  await settleLanes(
    db.kysely,
    every.map((webhookId) => ({ webhookId })),
  );
}

async function update(): Promise<void> {
  const updateMask = { paths: ['active', 'ordered'] };
  const isOn = random.below(2) === 0;
  await clientOf(ctx).updateWebhook({ id: any(), updateMask, active: isOn, ordered: isOn });
}

async function forget(): Promise<void> {
  const eventId = `e${1 + random.below(Math.max(1, events))}`;
  // Some of these payloads are already deleted.
  await clientOf(ctx)
    .deleteEventPayload({ eventId })
    .catch((error: unknown) => expect(String(error)).toContain('There is no payload'));
}

/** Moves deliveries past their expiry. The service then removes the deliveries of paused webhooks. */
async function expire(): Promise<void> {
  const id = any();
  await db.kysely.transaction().execute(async (trx) => {
    await lockEndpoints(trx, [id]);
    await sql`
      update queue set due_at = now() - interval '31 days'
      where webhook_id = ${id} and due_at < 'infinity' and not is_leased`.execute(trx);
  });
  expiring.wake();
}

let removed = staying;

async function remove(): Promise<void> {
  removed += 1;
  await clientOf(ctx).deleteWebhook({ id: BigInt(removed) });
  cancelling.wake();
}

test('the writers of the queue and of lanes wait for each other in no circle', async () => {
  await fill();
  expiring = startExpiring(ctx);
  cancelling = startCancelling(ctx);
  const writers = [fanOut, fanOut, send, send, settle, settle, update, update, forget, expire, remove];
  const ends = await Promise.allSettled(
    writers.map(async (write) => {
      for (let round = 0; round < rounds; round += 1) await write();
    }),
  );
  await expiring.stop();
  await cancelling.stop();
  // A backend reports its deadlocks when it ends, if it has not reported them before.
  await db.close();
  const { rows } = await sql<{ deadlocks: bigint }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(observer.kysely);
  expect(Number(rows[0]?.deadlocks)).toBe(0);
  expect(ends.filter(({ status }) => status === 'rejected')).toEqual([]);
});
