import { freePort } from '@drippulse/servers';
import { claim } from '@drippulse/webhooks/claim';
import { createConcurrency } from '@drippulse/webhooks/concurrency';
import { sql } from 'kysely';
import { percentile, round } from '../measuring/percentile.ts';
import { until } from '../measuring/until.ts';
import { latencies } from './latencies.ts';
import type { Platform } from './platform.ts';

/**
 * Measures deliveries to forty webhooks of twenty organizations, until every attempt is recorded. The events are
 * committed in many transactions.
 */
export async function measureThroughput(platform: Platform, deliveries: number) {
  const organizations = Array.from({ length: 20 }, (_, index) => BigInt(1000 + index));
  for (const organizationId of organizations) {
    for (const path of ['/ok/a', '/ok/b']) await platform.addWebhook(organizationId, path);
  }
  const perTransaction = 50;
  const startedAt = performance.now();
  for (let sent = 0; sent < deliveries / 2; sent += perTransaction) {
    const organizationId = organizations[(sent / perTransaction) % organizations.length] ?? 1n;
    await platform.publisher.publish(organizationId, perTransaction);
  }
  const isAllRecorded = async () => (await countDelivered(platform, organizations)) >= deliveries;
  await until('every attempt is recorded', isAllRecorded, { everyMs: 20 });
  const seconds = (performance.now() - startedAt) / 1000;
  return { deliveries_per_second: Math.round(deliveries / seconds), deliveries };
}

async function countDelivered({ db }: Platform, organizationIds: readonly bigint[]): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from deliveries
    where organization_id = any(${organizationIds}::bigint[]) and status = 'delivered'`.execute(db.kysely);
  return Number(rows[0]?.count ?? 0);
}

/** Measures the time from the commit of an event to its first attempt, at 200 events a second. */
export async function measureLatency(platform: Platform, seconds: number) {
  await platform.addWebhook(1n, '/ok');
  await latencies(platform, { organizationId: 1n, perSecond: 50, seconds: 2 });
  const measured = await latencies(platform, { organizationId: 1n, perSecond: 200, seconds });
  return {
    first_attempt_p50_ms: round(percentile(measured, 0.5)),
    first_attempt_p99_ms: round(percentile(measured, 0.99)),
  };
}

/**
 * Measures a healthy endpoint, first alone and then while a hundred endpoints of one organization hang and a hundred
 * endpoints of another refuse connections.
 */
export async function measureIsolation(platform: Platform, seconds: number) {
  const rate = { perSecond: 20, seconds };
  await platform.addWebhook(2n, '/ok');
  const alone = await latencies(platform, { organizationId: 2n, ...rate });
  // The failing webhooks belong to two other organizations, because an organization may have only a hundred webhooks.
  for (let index = 0; index < 100; index += 1) await platform.addWebhook(3n, `/hang/${index}`);
  const closed = await freePort();
  for (let index = 0; index < 100; index += 1) await platform.addWebhook(4n, `http://127.0.0.1:${closed}/${index}`);
  let isOver = false;
  const others = (async () => {
    while (!isOver) {
      await platform.publisher.publish(3n, 1);
      await platform.publisher.publish(4n, 1);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  const among = await latencies(platform, { organizationId: 2n, ...rate });
  isOver = true;
  await others;
  await sql`update lanes set is_paused = true, next_due_at = null where organization_id in (3, 4)`.execute(
    platform.db.kysely,
  );
  return {
    healthy_alone_p95_ms: round(percentile(alone, 0.95)),
    healthy_alone_p99_ms: round(percentile(alone, 0.99)),
    healthy_p95_ms: round(percentile(among, 0.95)),
    healthy_p99_ms: round(percentile(among, 0.99)),
  };
}

/** Measures the memory of this process while thirty endpoints send endless answers. */
export async function measureEndless(platform: Platform, seconds: number) {
  for (let index = 0; index < 30; index += 1) await platform.addWebhook(5n, `/endless/${index}`);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let highest = before;
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    await platform.publisher.publish(5n, 5);
    await new Promise((resolve) => setTimeout(resolve, 100));
    highest = Math.max(highest, process.memoryUsage.rss());
  }
  return { endless_rss_growth_mb: round((highest - before) / 2 ** 20), rss_mb: round(highest / 2 ** 20) };
}

const claims = 20;

/** No webhook of this bench has a rate limit. */
const unlimited: Parameters<typeof claim>[0]['limits'] = {
  take: async (_webhookId, _perSecond, wanted) => ({ granted: wanted, waitMs: 0 }),
  giveBack: async () => undefined,
  stop: async () => undefined,
};

/** Measures claims with nothing else queued, and with a million retries that are not due. The service is stopped. */
export async function measureClaim(platform: Platform, retries: number) {
  const { kysely } = platform.db;
  await sql`update lanes set is_paused = true, next_due_at = null`.execute(kysely);
  await sql`
    with hooks as (
      insert into webhooks (id, organization_id, mode, url, event_types, active, secret, created_at, updated_at)
      select n, 8, 'live', 'http://127.0.0.1:1/', array['*'], true, '', now(), now() from generate_series(2000001, 2000032) n
      returning id
    ), health as (insert into endpoints (webhook_id, last_success_at) select id, now() from hooks)
    insert into lanes (webhook_id, is_manual, organization_id) select id, false, 8 from hooks`.execute(kysely);
  const before = await timeClaims(platform);
  await sql`
    insert into webhooks (id, organization_id, mode, url, event_types, active, secret, created_at, updated_at)
    select n, 7, 'live', 'http://127.0.0.1:1/', array['*'], true, '', now(), now() from generate_series(1000001, 1001000) n`.execute(
    kysely,
  );
  await sql`insert into endpoints (webhook_id) select generate_series(1000001, 1001000)`.execute(kysely);
  await sql`
    insert into queue (delivery_id, webhook_id, is_manual, due_at, event_id, event_at, event_type, tries)
    select 100000000 + n, 1000001 + n % 1000, false, now() + interval '1 hour' + n * interval '10 ms',
           'evt_' || n, now(), 'workflow.created', 3
    from generate_series(1, ${retries}::int) n`.execute(kysely);
  await sql`
    insert into lanes (webhook_id, is_manual, organization_id, next_due_at)
    select n, false, 7, now() + interval '1 hour' from generate_series(1000001, 1001000) n`.execute(kysely);
  await sql`vacuum analyze queue`.execute(kysely);
  await sql`vacuum analyze lanes`.execute(kysely);
  const after = await timeClaims(platform);
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain (analyze, buffers, costs off, timing off)
    select webhook_id, is_manual from lanes where next_due_at <= now() order by next_due_at limit 100`.execute(kysely);
  return {
    claim_p50_ms: round(percentile(before, 0.5)),
    claim_million_p50_ms: round(percentile(after, 0.5)),
    claim_million_plan: rows.map((row) => row['QUERY PLAN']).join('\n'),
  };
}

/**
 * Times claims of 64 due deliveries of 32 lanes. New deliveries are made before each claim, for endpoints that are
 * known to work.
 */
async function timeClaims({ db }: Platform): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < claims; turn += 1) {
    await sql`
      with due as (
        insert into queue (delivery_id, webhook_id, is_manual, due_at, event_id, event_at, event_type)
        select 200000000 + n, 2000001 + n % 32, false, now() - interval '1 second',
               'evt_claim_' || n, now(), 'workflow.created'
        from generate_series(0, 63) n returning event_id, event_at
      )
      insert into payloads (organization_id, event_id, event_at, body) select 8, event_id, event_at, '{}' from due`.execute(
      db.kysely,
    );
    await sql`
      update lanes set next_due_at = now() - interval '1 second' where organization_id = 8`.execute(db.kysely);
    const startedAt = performance.now();
    const claimed = await claim({ db, limits: unlimited }, createConcurrency(1024));
    times.push(performance.now() - startedAt);
    if (claimed.length !== 64) throw new Error(`${claimed.length} of 64 deliveries claimed`);
    await sql`delete from queue where delivery_id >= 200000000`.execute(db.kysely);
  }
  return times;
}
