import { connectDatabase, type Database } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import type { Claimed } from '../src/deliveries/claimed.ts';
import { createConcurrency } from '../src/lanes/concurrency.ts';
import { readOverdue } from '../src/lanes/overdue.ts';
import { settleLanes } from '../src/lanes/reschedule-lanes.ts';
import { createStartLimiter } from '../src/lanes/start-limiter.ts';
import { claim } from '../src/sending/claim.ts';
import { record } from '../src/sending/record.ts';
import { service } from '../src/service.ts';
import { contextOf } from './context.ts';

let database: TestDatabase;
let db: Database<DB>;
let ctx: Context;
beforeEach(async () => {
  database = await createTestDatabase({ name: 'webhooks_turns', template: 'webhooks_bare', prepare });
  const log = createLogger({ service: 'test', level: 'fatal' });
  db = connectDatabase<DB>({ url: database.url, schema: 'webhooks', service: 'test', log });
  ctx = contextOf(db);
});
afterEach(async () => {
  await ctx.http.close();
  await db.close();
  await database.drop();
});

async function prepare(url: string): Promise<void> {
  await service.migrate(url);
}

/** Adds the webhooks `from` to `to` of an organization, each with `each` deliveries that have been due for `age`. */
async function addBacklog(organizationId: number, from: number, to: number, each: number, age: string): Promise<void> {
  const { kysely } = db;
  const ids = sql`generate_series(${from}::int, ${to}::int)`;
  await sql`
    insert into webhooks (id, organization_id, mode, url, event_types, active, secret, created_at, updated_at)
    select n, ${organizationId}::int, 'live', 'http://127.0.0.1/', array['*'], true, '', now(), now() from ${ids} n`.execute(
    kysely,
  );
  await sql`insert into endpoints (webhook_id) select ${ids}`.execute(kysely);
  await sql`
    insert into lanes (webhook_id, is_manual, organization_id, next_due_at)
    select n, false, ${organizationId}::int, now() - ${age}::interval from ${ids} n`.execute(kysely);
  await sql`
    with made as (
      insert into deliveries (event_at, organization_id, webhook_id, event_id, event_type, status)
      select now(), ${organizationId}::int, w, 'evt_' || w || '_' || n, 'workflow.created', 'pending'
      from ${ids} w, generate_series(1, ${each}::int) n
      returning *
    ), stored as (
      insert into payloads (organization_id, event_id, event_at, body)
      select organization_id, event_id, event_at, '{}' from made
    )
    insert into queue (delivery_id, webhook_id, is_manual, due_at, event_id, event_at, event_type)
    select id, webhook_id, false, now() - ${age}::interval, event_id, event_at, event_type from made`.execute(kysely);
}

async function recordSuccess(claimed: readonly Claimed[]): Promise<void> {
  const attempt = { at: new Date(), durationMs: 1, statusCode: 200 };
  const results = claimed.map((delivery) => ({ delivery, attempt }));
  await settleLanes(db.kysely, await record(ctx, results));
}

test('an old backlog on two hundred webhooks does not keep waiting what is due now', async () => {
  await addBacklog(1, 1, 100, 20, '2 hours');
  await addBacklog(2, 101, 200, 20, '1 hour');
  await addBacklog(3, 201, 201, 1, '0');
  const concurrency = createConcurrency(50);
  let rounds = 0;
  for (let isServed = false; !isServed && rounds < 50; rounds += 1) {
    const claimed = await claim(ctx, concurrency);
    isServed = claimed.some(({ lane }) => lane.webhookId === 201n);
    await recordSuccess(claimed);
  }
  expect(rounds).toBeLessThanOrEqual(9);
});

test('of what is due together each organization gets its turn', async () => {
  await addBacklog(1, 1, 40, 20, '1 hour');
  await addBacklog(2, 41, 42, 20, '1 hour');
  const claimed = await claim(ctx, createConcurrency(8));
  const webhooks = new Set(claimed.map(({ lane }) => lane.webhookId));
  expect(claimed).toHaveLength(8);
  expect(webhooks.has(41n) && webhooks.has(42n)).toBe(true);
});

test('the first claim serves an organization with one webhook, however many of another have waited longer', async () => {
  await addBacklog(1, 1, 150, 2, '1 hour');
  await addBacklog(2, 151, 151, 1, '0');
  const claimed = await claim(ctx, createConcurrency(1024));
  expect(claimed.some(({ lane }) => lane.webhookId === 151n)).toBe(true);
});

test('a claim begins few deliveries to endpoints that fail beside those to one that answers', async () => {
  await addBacklog(1, 1, 60, 2, '1 hour');
  await addBacklog(1, 61, 61, 2, '0');
  await markProven(61);
  await sql`update endpoints set consecutive_failures = 1 where webhook_id <= 60`.execute(db.kysely);
  const claimed = Map.groupBy(await claim(ctx, createConcurrency(1024)), ({ isProven }) => isProven);
  expect(claimed.get(false)).toHaveLength(16);
  expect(claimed.get(true)?.map(({ lane }) => lane.webhookId)).toEqual([61n, 61n]);
});

test('while no more may start at endpoints that fail, they hide none that answers, however many wait longer', async () => {
  await addBacklog(1, 1, 600, 1, '1 hour');
  await addBacklog(2, 601, 601, 1, '0');
  await markProven(601);
  const unproven = createStartLimiter(1, 60_000);
  unproven.started();
  const claimed = await claim(ctx, createConcurrency(1024, unproven));
  expect(claimed.map(({ lane }) => lane.webhookId)).toEqual([601n]);
});

test('a claim takes no more from an endpoint than its rate for a second, tests included', async () => {
  await addBacklog(1, 1, 2, 20, '1 hour');
  await markProven(1);
  await markProven(2);
  await sql`update webhooks set rate_limit_per_second = 3 where id = 1`.execute(db.kysely);
  await sql`
    insert into lanes (webhook_id, is_manual, organization_id, next_due_at)
    values (1, true, 1, now() - interval '1 hour')`.execute(db.kysely);
  await sql`
    update queue set is_manual = true where webhook_id = 1 and delivery_id in (
      select delivery_id from queue where webhook_id = 1 order by delivery_id limit 10)`.execute(db.kysely);
  const claimed = Map.groupBy(await claim(ctx, createConcurrency(1024)), ({ lane }) => lane.webhookId);
  // Each of the two lanes could start two deliveries, but the rate of the endpoint allows three in total.
  expect(claimed.get(1n)).toHaveLength(3);
  expect(claimed.get(2n)).toHaveLength(2);
});

async function markProven(webhookId: number): Promise<void> {
  await sql`update endpoints set last_success_at = now() where webhook_id = ${webhookId}`.execute(db.kysely);
}

test('lag is now minus due of what waits longest, throttled or not, of organizations with little and with much', async () => {
  await addBacklog(1, 1, 10, 20, '1 hour');
  await addBacklog(2, 11, 11, 1, '10 minutes');
  await addBacklog(3, 12, 12, 1, '3 hours');
  await sql`update lanes set next_due_at = now() + interval '1 minute' where webhook_id = 11`.execute(db.kysely);
  await sql`update lanes set is_paused = true, next_due_at = null where webhook_id = 12`.execute(db.kysely);
  const { seconds, large } = await readOverdue(db.kysely);
  expect(seconds.large / 3600).toBeCloseTo(1, 1);
  expect(seconds.small / 600).toBeCloseTo(1, 1);
  expect(large).toEqual(new Set([1n]));
});
