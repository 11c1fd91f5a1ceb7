import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { takeStaleDays } from '../src/rollups/next-days.ts';
import { rebuild } from '../src/rollups/rebuild.ts';
import { recountNext } from '../src/rollups/recount-next.ts';
import { type Harness, startHarness } from './harness.ts';
import { countsStored, publishCounts } from './steps-harness.ts';

const dayMs = 86_400_000;
const kathmandu = 2n;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ timezones: new Map([[kathmandu, 'Asia/Kathmandu']]) });
});
afterAll(() => harness.stop());

/** Returns every row of both rollups as text, in a fixed order. */
async function sums(): Promise<string[]> {
  const { rows } = await sql<{ row: string }>`
    select 'quarter ' || quarter::text as row from rollup_quarters as quarter where count <> 0
    union all
    select 'day ' || day::text from rollup_days as day where count <> 0
    order by 1`.execute(harness.db.kysely);
  return rows.map(({ row }) => row);
}

async function rebuilt(): Promise<void> {
  const said: [number, number][] = [];
  const days = await rebuild(harness.db.kysely, (done, all) => said.push([done, all]));
  expect(said[0]).toEqual([0, days]);
  await everyDayCounted();
}

async function everyDayCounted(): Promise<void> {
  await eventually(async () => {
    expect(await harness.db.kysely.selectFrom('rebuilds').selectAll().execute()).toEqual([]);
    expect(await harness.db.kysely.selectFrom('stale_days').selectAll().execute()).toEqual([]);
  });
}

/** Number of facts that `tell` makes for each day: an entry, a mail, the mail's fact for the variant, and a goal. */
const factsOfEvent = 4;
let events = 0;
async function tell(organizationId: bigint): Promise<void> {
  for (const days of [0, 0.3, 1, 9, 40]) {
    const at = new Date(Date.now() - days * dayMs);
    await harness.enrollment('started', { at, organizationId });
    await harness.email('emailSent', { at, organizationId, variants: ['split:A'], category: 'news' });
    const steps = [{ stepId: 'mail', entered: 3, left: 1, stays: [{ bucket: 100, count: 1 }] }];
    const goals = [{ name: 'bought', count: 1 }];
    await publishCounts(harness, [{ people: 2, steps, goals, at }], { organizationId });
    events += 1;
  }
}

test('after a rebuild the sums are the same to the last row, also when they were wrong, and while events come in', async () => {
  await tell(1n);
  await tell(kathmandu);
  await harness.stored(factsOfEvent * events);
  await countsStored(harness, events);
  const before = await sums();
  expect(before.length).toBeGreaterThan(50);
  await rebuilt();
  expect(await sums()).toEqual(before);

  await sql`delete from rollup_quarters where organization_id = 1 and kind = 1`.execute(harness.db.kysely);
  await sql`update rollup_days set count = count + 1`.execute(harness.db.kysely);
  await sql`
    insert into rollup_quarters
    select ${77n}, mode, kind, dimension, workflow_id, at, version, variant, key, count, amount
    from rollup_quarters where organization_id = ${kathmandu} limit 1`.execute(harness.db.kysely);
  await sql`insert into organizations (organization_id, timezone) values (77, 'UTC')`.execute(harness.db.kysely);
  await rebuilt();
  expect(await sums()).toEqual(before);

  const coming = (async () => {
    for (let round = 0; round < 3; round += 1) await tell(kathmandu);
  })();
  await rebuilt();
  await coming;
  await harness.stored(factsOfEvent * events);
  await countsStored(harness, events);
  const together = await sums();
  await rebuilt();
  expect(await sums()).toEqual(together);
  expect(together.length).toBeGreaterThanOrEqual(before.length);
});

test('two count anew at a time, different organizations, and a day without a mark between two others is counted along', async () => {
  await harness.stopServices();
  const before = await sums();
  const { kysely } = harness.db;
  await sql`delete from rollup_quarters where organization_id in (1, ${kathmandu})`.execute(kysely);
  await sql`
    insert into stale_days (organization_id, day, marked_at)
    select id, (now() at time zone 'UTC')::date - days, now()
    from unnest(array[1, ${kathmandu}]::bigint[]) as id, unnest(array[0, 1, 41]) as days`.execute(kysely);
  // With these statistics, the planner sorts the marks instead of reading them in the order of their index.
  await sql`analyze stale_days, organizations`.execute(kysely);
  const left = async () => {
    const rows = await kysely.selectFrom('stale_days').select('organization_id').execute();
    return new Set(rows.map(({ organization_id: id }) => id));
  };
  await kysely
    .transaction()
    .execute(async (trx) => {
      const taken = await takeStaleDays(trx);
      while ((await recountNext(kysely)) !== undefined);
      expect(await left()).toEqual(new Set([taken?.organizationId]));
      throw new Error('killed');
    })
    .catch((error: unknown) => expect(error).toEqual(new Error('killed')));
  while ((await recountNext(kysely)) !== undefined);
  expect(await left()).toEqual(new Set());
  expect(await sums()).toEqual(before);
});

test('a rebuild that is killed while it marks days is ended by the service, and what is marked twice is counted', async () => {
  const { kysely } = harness.db;
  const last = 99n;
  await harness.start();
  await tell(last);
  await harness.stored(factsOfEvent * events);
  await countsStored(harness, events);
  await harness.stopServices();
  const before = await sums();
  await sql`
    insert into organizations (organization_id, timezone)
    select id, 'UTC' from generate_series(1, ${last}::bigint) as id on conflict do nothing`.execute(kysely);
  await sql`update rollup_quarters set count = count + 1`.execute(kysely);
  await sql`update rollup_days set count = count + 1`.execute(kysely);
  const marks = async () =>
    kysely.selectFrom('stale_days').selectAll().orderBy('organization_id').orderBy('day').execute();
  await killRebuild();
  const first = await marks();
  expect(new Set(first.map(({ organization_id: id }) => id))).toEqual(new Set([1n, kathmandu]));
  await killRebuild();
  expect(await marks()).toEqual(first);
  await harness.start();
  await everyDayCounted();
  expect(await sums()).toEqual(before);
});

/** Runs a rebuild in a child process until the days of a page of organizations are marked. */
async function killRebuild(): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('rebuild-child.ts', import.meta.url))], {
    env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: harness.config.databaseUrl },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}
