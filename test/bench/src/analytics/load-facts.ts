import { connectDatabase, createPartitions } from '@drippulse/db';
import pg from 'pg';
import type { BenchPostgres } from '../start-postgres.ts';
import { timezone } from './start-analytics.ts';

/** Number of facts of each organization other than organization 1. */
const factsOfOther = 10_000_000;
const workflows = 50;
const slice = 1_000_000;
const dayMs = 86_400_000;

/** Number of days over which the facts are spread. */
export const days = 390;

/**
 * Inserts raw facts of organization 1 and of others, in the order of their times, without sums. The primary key is made
 * afterwards, which is faster. Of every 20 facts, eight belong to enrollments, nine to mails, one to a lead, one to a
 * won opportunity and one to an agent.
 */
export async function loadFacts(
  { client, url }: BenchPostgres,
  { facts, others, progress }: { facts: number; others: number; progress(line: string): void },
): Promise<void> {
  await makePartitions(url);
  const otherOrganizations = Math.max(1, Math.round(others / factsOfOther));
  await client.query('set search_path = analytics, public');
  await client.query(
    `insert into organizations (organization_id, timezone) select n, $1 from generate_series(1, $2::int) as n on conflict do nothing`,
    [timezone, 1 + otherOrganizations],
  );
  await client.query('alter table facts drop constraint facts_pkey');
  await Promise.all([
    load(url, { organization: '1', count: facts, progress }),
    load(url, { organization: `2 + n % ${otherOrganizations}`, count: others, progress }),
  ]);
  progress('analytics: their key …');
  await client.query(`set maintenance_work_mem = '1GB'`);
  await client.query('alter table facts add constraint facts_pkey primary key (organization_id, at, id, kind)');
  await client.query('vacuum analyze facts');
}

/** Loads facts over a separate connection, because both organizations are loaded at the same time. */
async function load(
  url: string,
  { organization, count, progress }: { organization: string; count: number; progress(line: string): void },
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('set search_path = analytics, public');
  await client.query('set synchronous_commit = off');
  for (let from = 0; from < count; from += slice) {
    await client.query(factsSql(organization, count), [from, Math.min(from + slice, count)]);
    progress(`analytics: ${Math.min(from + slice, count)} of ${count} facts …`);
  }
  await client.end();
}

/** Makes partitions like the daily ones that the service makes. */
async function makePartitions(url: string): Promise<void> {
  const db = connectDatabase({ url, schema: 'analytics', service: 'bench', log: { warn: () => undefined } });
  const now = Date.now();
  for (let day = days + 1; day > 0; day -= 1) {
    for (const table of ['facts', 'step_facts']) await createPartitions(db.kysely, table, new Date(now - day * dayMs));
  }
  for (const table of ['rollup_quarters', 'rollup_days']) {
    for (let month = 14; month > 0; month -= 1) {
      await createPartitions(db.kysely, table, new Date(now - month * 30 * dayMs), 'month');
    }
  }
  await db.close();
}

/**
 * Builds the SQL that inserts facts. `n` is the number of the fact. From one fact to the next the workflow advances by
 * 7, which has no factor in common with the periods of the other columns.
 */
function factsSql(organization: string, count: number): string {
  return `
    insert into facts (organization_id, at, id, kind, mode, workflow_id, version, step_id, domain, subject_id, ms, amount, currency,
      count)
    select ${organization}, now() - interval '${days} days' + (n::float8 / ${count}) * interval '${days} days', gen_random_uuid(),
      kind, 'live',
      case when kind < 20 then 1 + (n * 7) % ${workflows} end,
      case when kind < 10 then 1 + n % 3 end,
      case when kind between 10 and 15 then 'step' || n % 5 end,
      case when kind between 10 and 15 then (array['gmail', 'outlook', 'yahoo', 'other'])[1 + n % 4] end,
      case when kind >= 30 then 1 + n % 20 end,
      case when kind in (2, 3, 4, 30) then 1000 + (n * 7919) % 100000000 end,
      case when kind in (21, 30) then 100 + n % 1000 end,
      case when kind = 21 then (array['EUR', 'USD'])[1 + n % 2] end,
      1
    from generate_series($1::bigint, $2::bigint - 1) as n,
      lateral (select (array[1, 1, 1, 1, 2, 2, 3, 5, 10, 10, 10, 10, 11, 11, 12, 13, 14, 20, 21, 30])[1 + n % 20]::smallint as kind) as drawn`;
}
