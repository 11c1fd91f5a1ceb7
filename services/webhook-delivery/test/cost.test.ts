import { randomBytes } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { type Cost, createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Context } from '../src/context.ts';
import { createConcurrency } from '../src/lanes/concurrency.ts';
import { settleLanes } from '../src/lanes/reschedule-lanes.ts';
import { claim } from '../src/sending/claim.ts';
import { record } from '../src/sending/record.ts';
import { service } from '../src/service.ts';
import { sealSecret } from '../src/signing/secrets.ts';
import { clientOf, contextOf } from './context.ts';
import { measuredDatabase } from './measured-database.ts';

const webhooks = 150;
const queued = 200_000;

let database: TestDatabase;
let ctx: Context;
let measure: ReturnType<typeof measuredDatabase>['measure'];
beforeAll(async () => {
  database = await createTestDatabase({
    name: 'webhooks_cost',
    prepare: async (url) => void (await service.migrate(url)),
  });
  const measured = measuredDatabase(database.url);
  measure = measured.measure;
  ctx = contextOf(measured.db);
  await fill();
  await sql`vacuum analyze`.execute(measured.db.kysely);
});
afterAll(async () => {
  await ctx.http.close();
  await ctx.db.close();
  await database.drop();
});

/**
 * Inserts 200,000 queued deliveries of three organizations. Half of them belong to one webhook. A third of the webhooks
 * are disabled with a full queue, and a third have a queue that is not due yet.
 */
async function fill(): Promise<void> {
  const { kysely } = ctx.db;
  await sql`
    insert into webhooks (id, organization_id, mode, url, event_types, active, secret, created_at, updated_at)
    select n, n % 3 + 1, 'live', 'https://hooks.example.com/', array['*'], n % 3 <> 1, '', now(), now()
    from generate_series(1, ${webhooks}) n`.execute(kysely);
  for (let id = 1n; id <= webhooks; id += 1n) {
    const secret = sealSecret(ctx.sealer, id, `whsec_${randomBytes(32).toString('base64')}`);
    await kysely.updateTable('webhooks').set({ secret }).where('id', '=', id).execute();
  }
  await sql`insert into endpoints (webhook_id, last_success_at) select id, now() from webhooks`.execute(kysely);
  await sql`
    insert into lanes (webhook_id, is_manual, organization_id, is_paused, next_due_at)
    select id, false, organization_id, not active,
           case when active then now() + case when id % 3 = 2 then interval '1 hour' else interval '-1 hour' end end
    from webhooks
    union all select id, true, organization_id, false, null from webhooks`.execute(kysely);
  await sql`
    insert into deliveries (id, event_at, organization_id, webhook_id, event_id, event_type, status, next_attempt_at, created_at)
    select n, now() - n % 80000 * interval '1 second', w % 3 + 1, w, 'evt_' || n, 'workflow.created', 'pending', now(),
      now() - (${queued} - n) * interval '1 second'
    from (select n, case when n % 2 = 0 then 3 else n % ${webhooks} + 1 end as w from generate_series(1, ${queued}) n) m`.execute(
    kysely,
  );
  await sql`
    insert into payloads (organization_id, event_id, event_at, body)
    select organization_id, event_id, event_at, '{"id":"x"}' from deliveries`.execute(kysely);
  await sql`
    insert into queue (delivery_id, webhook_id, is_manual, due_at, event_id, event_at, event_type)
    select d.id, webhook_id, false, coalesce(l.next_due_at, now()) - (d.id % 3600) * interval '1 ms', event_id, event_at, event_type
    from deliveries d join lanes l using (webhook_id) where not l.is_manual`.execute(kysely);
}

const tenIds = Array.from({ length: 10 }, (_, n) => BigInt(100 + n * 2_000));

/** Limits the buffers for each row. Recording has its own limit: a result writes two tables and all their indexes. */
function expectCheap(costs: readonly Cost[], rows: number, buffersOfRow = 20): void {
  expect(costs.length).toBeGreaterThan(0);
  for (const { sql: text, buffers } of costs) {
    if (buffers > buffersOfRow * rows + 100) throw new Error(`${buffers} buffers for ${rows} rows: ${text}`);
  }
}

test('a claim and the recording of its results read in proportion to what is taken, whatever is queued', async () => {
  const { result: claimed, costs } = await measure(() => claim(ctx, createConcurrency(1024)));
  expect(claimed.length).toBeGreaterThanOrEqual(50);
  expectCheap(costs, claimed.length);

  const results = claimed.map((delivery, index) => ({
    delivery,
    attempt: { at: new Date(), durationMs: 5, ...(index % 2 === 0 ? { statusCode: 200 } : { error: 'timeout' }) },
  }));
  const recording = await measure(async () => settleLanes(ctx.db.kysely, await record(ctx, results)));
  expectCheap(recording.costs, claimed.length, 30);
});

test('each list reads in proportion to its rows, or to what is counted', async () => {
  const client = clientOf(ctx);
  const lists = await measure(() => client.listWebhooks({}));
  expect(lists.result.webhooks.length).toBe(webhooks / 3);
  expectCheap(lists.costs, webhooks / 3);
  const status = WebhookDeliveryStatus.PENDING;
  const longAgo = {
    createdSince: timestampFromMs(Date.now() - 150_000_000),
    createdUntil: timestampFromMs(Date.now() - 149_900_000),
  };
  const filters = [{ status }, longAgo, { ...longAgo, status, limit: 10 }, { ids: [6n, 8n, ...tenIds] }];
  for (const request of [{}, { limit: 10 }, ...filters, { page: 50, perPage: 100 }]) {
    const first = await measure(() => client.listDeliveries({ webhookId: 3n, ...request }));
    const { deliveries, nextCursor: cursor } = first.result;
    expect(deliveries.length).toBeGreaterThanOrEqual(10);
    const again = { webhookId: 3n, ...request, page: undefined, perPage: undefined, cursor };
    const next = await measure(() => client.listDeliveries(again));
    const [counts, rows] = [/^\s*select count/, /^select \*/].map((kind) =>
      [...first.costs, ...next.costs].filter(({ sql: text }) => kind.test(text)),
    );
    expectCheap(counts ?? [], 10_000);
    expectCheap(rows ?? [], deliveries.length + 4900);
  }
});
