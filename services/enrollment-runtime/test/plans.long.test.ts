import { randomBytes } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { connectDatabase, createSealer, type Database } from '@drippulse/db';
import { createTurnQueue } from '@drippulse/loops';
import { createLogger, createMetrics } from '@drippulse/observability';
import { type Cost, createTestDatabase, measureStatements, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createStepApprovals } from '../src/approvals/index.ts';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { createDefinitions } from '../src/definitions/definitions.ts';
import { createMatches } from '../src/definitions/matches.ts';
import { findRows } from '../src/enrollments/find-rows.ts';
import { idRangeOf } from '../src/enrollments/id-range.ts';
import { countQuery, type Filter, idsQuery, type Slice } from '../src/enrollments/list-ids.ts';
import { readAll } from '../src/enrollments/read-all.ts';
import { readDetail } from '../src/enrollments/read-detail.ts';
import { readList } from '../src/enrollments/read-list.ts';
import { waitForEvent } from '../src/events/index.ts';
import { readAnswers } from '../src/explain/read-answers.ts';
import { createDueCounts, dueQuery as dueRunsQuery } from '../src/funnel/due-counts.ts';
import { activeQuery, statsQuery } from '../src/funnel/workflow-stats.ts';
import { dueQuery } from '../src/loops/fire-schedules.ts';
import { createServiceMetrics } from '../src/metrics.ts';
import { cancelSlice } from '../src/runs/cancel-slice.ts';
import { claim } from '../src/runs/claim.ts';
import { loadEffects } from '../src/runs/load-effects.ts';
import { takeLanes } from '../src/runs/take-lanes.ts';
import { service } from '../src/service.ts';
import { fillEnrollments, fillLanes, fillSchedules } from './fill-enrollments.ts';

let database: TestDatabase;
let db: Database<DB>;
let ctx: Pick<
  Context,
  'db' | 'dbNow' | 'config' | 'metrics' | 'turns' | 'definitions' | 'matches' | 'dueCounts' | 'parkings'
>;
let measure: ReturnType<typeof measureStatements>;

beforeAll(async () => {
  database = await createTestDatabase({
    name: 'enrollments_cost',
    prepare: async (url) => void (await service.migrate(url)),
  });
  const log = createLogger({ level: 'fatal' });
  db = connectDatabase<DB>({ url: database.url, schema: 'enrollments', service: 'test', log, max: 2 });
  measure = measureStatements(db.pool);
  const turns = createTurnQueue({ name: 'test', turnUnits: 1, rests: false });
  const definitions = createDefinitions(db.kysely, createSealer(randomBytes(32).toString('base64')), turns);
  const matches = createMatches();
  ctx = {
    db,
    dbNow: sql<Date>`now()`,
    config: { leaseMs: 8_000 } as Context['config'], // the only member that a claim reads
    metrics: createServiceMetrics(createMetrics('test'), { definitions, matches }),
    ...{ turns, definitions, matches },
    dueCounts: createDueCounts(() => ctx),
    parkings: {
      wait_for_event: waitForEvent(() => ctx as Context),
      approval: createStepApprovals(() => ctx as Context),
    },
  };
  await fillEnrollments(db.kysely);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const all: Filter = { mode: 'live' };
async function listIds(filter: Filter, slice: Slice): Promise<bigint[]> {
  const { rows } = await idsQuery(1n, await withIdRange(filter), slice).execute(db.kysely);
  return rows.map(({ id }) => id);
}

async function countMatching(filter: Filter): Promise<number> {
  const { rows } = await countQuery(1n, await withIdRange(filter)).execute(db.kysely);
  return Number(rows[0]?.count);
}

/**
 * Adds the range of ids that corresponds to the range of time, as the list does. Finding it takes up to 18 lookups in
 * an index.
 */
async function withIdRange(filter: Filter): Promise<Filter> {
  return { ...filter, idRange: await idRangeOf(db.kysely, [1n], filter.created ?? {}) };
}

/** Returns a range of time, in days ago. There are 8,640 enrollments a day. */
const days = (since: number, until: number) => ({
  createdSince: timestampFromMs(Date.now() - since * 86_400_000),
  createdUntil: timestampFromMs(Date.now() - until * 86_400_000),
});

/** Number of pages that a statement may read for a row. A filter by text may also read the pages of the row's block. */
const rowPages = 20;
const blockPages = 30;

/**
 * Number of pages that a statement may read for an address. An address has as many trigrams as letters, and each
 * trigram is looked up.
 */
const addressPages = 200;

function pagesOf({ q, email, created, stepIndex }: Partial<Filter>): number {
  if (email !== undefined) return addressPages;
  // From the runs, and from the outcomes of each status, no more rows are read than the page needs. For each row, the
  // time of its enrollment is read too.
  if (created !== undefined && stepIndex !== undefined) return 4 * rowPages;
  return q === undefined ? rowPages : blockPages;
}

/**
 * Returns the number of matches to read for a text. All matches of a rare text are read. Matches of a common text are
 * read only as far as the page needs.
 */
async function readForText({ q }: Partial<Filter>): Promise<number> {
  const found = q === undefined ? 0 : await countMatching({ ...all, q });
  return found < 1_000 ? found : 0;
}

/** Filters whose rows are adjacent in an index. */
const filters: Record<string, Partial<Filter>> = {
  everything: {},
  'test enrollments': { mode: 'test' },
  'active ones': { status: 'active' },
  'active test enrollments': { mode: 'test', status: 'active' },
  'paused ones': { status: 'paused' },
  'paused test enrollments': { mode: 'test', status: 'paused' },
  'completed ones': { status: 'completed' },
  'failed ones, which are rare': { status: 'failed' },
  'failed test enrollments': { mode: 'test', status: 'failed' },
  'those on a step': { stepIndex: 1 },
  'test enrollments on a step': { mode: 'test', stepIndex: 1 },
  'those on a step that there is not': { stepIndex: 9 },
  'active ones on a step': { status: 'active', stepIndex: 0 },
  'those that failed on a step': { status: 'failed', stepIndex: 2 },
  'those that failed where few did': { status: 'failed', stepIndex: 1 },
  'those that are paused where few are': { status: 'paused', stepIndex: 0 },
  'those cancelled where none was': { status: 'cancelled', stepIndex: 2 },
  'those completed where others were cancelled': { status: 'completed', stepIndex: 1 },
  'a reference': { leadRef: 'lead-4242' },
  'a reference that failed': { leadRef: 'lead-4242', status: 'failed' },
  'a reference on a step': { leadRef: 'lead-4242', stepIndex: 1 },
  'a reference with a text': { leadRef: 'lead-4242', q: 'example' },
  'a rare address': { q: '7ecc4de2' },
  'a rare address that failed': { q: '7ecc4de2', status: 'failed' },
  'a beginning': { q: 'fe' },
  'a text that all have': { q: 'example' },
  'a text that all have, of test enrollments': { q: 'example', mode: 'test' },
  'a text that all have, of completed ones': { q: 'example', status: 'completed' },
  'a text that all have, of failed ones': { q: 'example', status: 'failed' },
  'a text that all have, of paused ones': { q: 'example', status: 'paused' },
  'a text that all have, where few failed': { q: 'example', status: 'failed', stepIndex: 1 },
  'a text that all have, on a step': { q: 'example', stepIndex: 2 },
  'those of a day long ago': { created: days(9, 8) },
  'those of some minutes long ago': { created: days(8.01, 8) },
  'those of before and of a while': { created: days(30, 8) },
  'test enrollments of a day long ago': { created: days(9, 8), mode: 'test' },
  'those that failed on a day long ago': { created: days(9, 8), status: 'failed' },
  'those on a step of a day long ago': { created: days(9, 8), stepIndex: 1 },
  'some by their ids': { ids: [1n, 77_777n, 5n, 987_654_321n] },
  'some by their ids that failed': { ids: [99_940n, 77_777n, 5n], status: 'failed' },
  'an address': { email: '7ecc4de2f18d@Example.com' },
  'an address that failed': { email: '7ecc4de2f18d@Example.com', status: 'failed' },
};

test.each(Object.entries(filters))(
  'a page of %s reads what it returns, however deep it lies',
  async (_name, filter) => {
    const totalCount = await countMatching({ ...all, ...filter });
    const forText = await readForText(filter);
    for (const after of [undefined, 60_000n]) {
      const { result, costs } = await measure(() => listIds({ ...all, ...filter }, { after, offset: 0, limit: 101 }));
      expectCheap(costs, Math.max(result.length, forText), pagesOf(filter));
    }
    // A numbered page also reads the rows that it skips.
    const page = await measure(() => listIds({ ...all, ...filter }, { after: undefined, offset: 9_000, limit: 101 }));
    expectCheap(page.costs, Math.min(totalCount, 9_101), pagesOf(filter));
  },
);

test.each(Object.entries(filters))('counting %s reads what it counts, up to the cap', async (_name, filter) => {
  const { result, costs } = await measure(() => countMatching({ ...all, ...filter }));
  expectCheap(costs, result, pagesOf(filter));
});

test.each(Object.entries(filters))(
  'a list of %s is one statement that reads what its parts do',
  async (_name, some) => {
    const filter = { ...all, ...some };
    const key = { organizationId: 1n, workflowId: 1n };
    for (const slice of [
      { after: undefined, offset: 0, limit: 100 },
      { after: 60_000n, offset: 0, limit: 100 },
      { after: undefined, offset: 9_000, limit: 100 },
    ]) {
      const parts = await measure(async () => {
        const ids = await listIds(filter, { ...slice, limit: slice.limit + 1 });
        await findRows(ctx as Context, db.kysely, { ...key, ids: ids.slice(0, slice.limit) });
        await countMatching(filter);
        await dueRunsQuery(ctx, 1n).execute(db.kysely);
        return ids;
      });
      const ranged = await withIdRange(filter);
      const whole = await measure(() => readList(ctx as Context, key, ranged, slice));
      expect(whole.result?.found).toEqual(parts.result);
      const [only, ...others] = whole.costs;
      expect(others).toEqual([]);
      // The limit is doubled, because a table scan may begin where another scan of the table is, and then reads other
      // pages first.
      expect(only?.buffers).toBeLessThanOrEqual(2 * parts.costs.reduce((sum, { buffers }) => sum + buffers, 0));
    }
  },
);

/**
 * Filters by text and by mode, status or step. The text is in a different table than the others, so the rows that match
 * both are found among the rows that match one.
 */
const crossed: Record<string, Partial<Filter>> = {
  'a beginning of test enrollments': { q: 'fe', mode: 'test' },
  'a beginning of failed ones': { q: 'fe', status: 'failed' },
  'a beginning on a step': { q: 'fe', stepIndex: 1 },
  'a beginning where few are paused': { q: 'fe', status: 'paused', stepIndex: 0 },
  'a rare address on a step': { q: '7ecc4de2', stepIndex: 1 },
};

test.each(Object.entries(crossed))('finding and counting %s reads what has the text', async (_name, filter) => {
  const totalCount = await countMatching({ ...all, q: filter.q });
  const slice = { after: undefined, offset: 0, limit: 101 };
  const { costs } = await measure(async () => {
    await listIds({ ...all, ...filter }, slice);
    await countMatching({ ...all, ...filter });
  });
  // The text is looked up for runs and for outcomes.
  for (const { buffers } of costs) expect(buffers).toBeLessThanOrEqual(blockPages * totalCount + 200);
});

/** Filters of a list over the 200 workflows of an organization, and the number of matches among 40,000. */
const ofAll: Record<string, Filter> = {
  everything: { mode: 'live' },
  'test enrollments, of which there are none': { mode: 'test' },
  'active ones': { mode: 'live', status: 'active' },
  'failed ones, which are rare': { mode: 'live', status: 'failed' },
  'a reference': { mode: 'live', leadRef: 'lead-4242' },
  'an address': { mode: 'live', email: 'p4242@example.com' },
  'a rare text': { mode: 'live', q: 'p4242' },
  'some by their ids': { mode: 'live', ids: [5_000_100n, 5_039_000n] },
  'those of a day long ago': { mode: 'live', created: days(4, 3) },
  'those that failed on a day long ago': { mode: 'live', created: days(4, 3), status: 'failed' },
};

test.each(Object.entries(ofAll))(
  'a list of %s over all workflows costs a look into each, and the rows that it shows',
  async (_name, filter) => {
    const scope = { organizationId: 5n, workflowId: undefined };
    // A text is searched in an index, or in the texts of a small workflow; these workflows have 200 texts.
    const looks = 200 * (filter.q === undefined && filter.email === undefined ? 10 : 150);
    for (const after of [undefined, 5_020_000n]) {
      const { result, costs } = await measure(() =>
        readAll(ctx as Context, scope, filter, { after, offset: 0, limit: 100 }),
      );
      const counted = Number(result.count ?? 0n);
      // The rows of a page are looked up by their keys. For many workflows, more ids are read than are shown.
      for (const { buffers, sql: text } of costs) {
        if (buffers > 2 * looks + 40 * result.rows.length + rowPages * counted + 100)
          throw new Error(`${buffers} buffers for ${result.rows.length} rows and ${counted} counted: ${text}`);
      }
    }
  },
);

test.each([
  ['an address', { email: 'p77@example.com', leadRef: undefined }, 150],
  ['a reference', { email: undefined, leadRef: 'lead-77' }, 10],
])('an explanation by %s costs two looks into each workflow', async (_name, person, look) => {
  const asked = { organizationId: 5n, mode: 'live' as const, workflowId: undefined, ...person };
  const { result, costs } = await measure(() => readAnswers(ctx, asked, { after: undefined, limit: 100 }));
  expect(result).toHaveLength(1);
  for (const { buffers, sql: text } of costs) {
    if (buffers > 2 * 200 * look + 100) throw new Error(`${buffers} buffers: ${text}`);
  }
});

test('the rows of a page are looked up by their keys', async () => {
  const ids = await listIds(all, { after: 60_000n, offset: 0, limit: 100 });
  const scope = { organizationId: 1n, workflowId: 1n, ids };
  const { result, costs } = await measure(() => findRows(ctx as Context, db.kysely, scope));
  expect(result.rows).toHaveLength(100);
  expectCheap(costs, 100);
});

test('a detail reads the newest lines and messages of one enrollment, in one statement', async () => {
  for (const [id, lines] of [[1n, 1_000] as const, [10n, 1] as const]) {
    const { result, costs } = await measure(() =>
      readDetail(ctx as Context, { organizationId: 1n, workflowId: 1n }, id),
    );
    if (result === undefined || result === 'no enrollment') throw new Error('no enrollment');
    expect(result.lines).toHaveLength(lines);
    expect(costs).toHaveLength(1);
    expectCheap(costs, lines);
  }
});

test('due runs are counted from the index that has them', async () => {
  const { result, costs } = await measure(() => dueRunsQuery(ctx, 1n).execute(db.kysely));
  const due = result.rows.reduce((sum, { count }) => sum + Number(count), 0);
  expect(due).toBeGreaterThan(0);
  expectCheap(costs, due);
});

test('the counts of a page of workflows read their counters, one row and the recent failures of each', async () => {
  const of = { organizationId: 1n, workflowIds: [1n, 2n, 3n] };
  for (const mode of ['live', 'test'] as const) {
    const { result, costs } = await measure(() => statsQuery(ctx, { ...of, mode }).execute(db.kysely));
    expect(result.rows).toMatchObject([{ workflow_id: 1n, last_fired_at: expect.any(Date) }]);
    const [{ failures_24h: failures } = { failures_24h: 0n }] = result.rows;
    expect(failures).toBeGreaterThan(0n);
    // Older failures are not read.
    expectCheap(costs, Number(failures), 1);
  }
  await sql`
    update outcomes set ended_at = now() - interval '2 days' where workflow_id = 2 and status = 'failed'`.execute(
    db.kysely,
  );
  await sql`vacuum outcomes`.execute(db.kysely);
  const old = await measure(() => statsQuery(ctx, { ...of, organizationId: 2n, mode: 'live' }).execute(db.kysely));
  expect(old.result.rows).toMatchObject([{ workflow_id: 2n, failures_24h: 0n }]);
  expectCheap(old.costs, 1);
});

test('the living enrollments of versions are read from their counters', async () => {
  await sql`
    insert into counters (workflow_id, version, step_id, mode, active)
    select 1, version, 's' || step, 'live', 1 from generate_series(1, 500) as version, generate_series(1, 10) as step`.execute(
    db.kysely,
  );
  await sql`vacuum analyze counters`.execute(db.kysely);
  const versions = Array.from({ length: 50 }, (_, index) => index + 100);
  const of = { organizationId: 1n, workflowId: 1n, versions, mode: 'live' } as const;
  const { result, costs } = await measure(() => activeQuery(of).execute(db.kysely));
  expect(result.rows).toHaveLength(50);
  expect(result.rows[0]).toMatchObject({ active: 10n });
  expectCheap(costs, 50);
});

test('a claim and its effects read the due runs and those whose lease has ended, of all organizations', async () => {
  const { result, costs } = await measure(() => claim(ctx as Context));
  expect(result.runs.length).toBeGreaterThan(100);
  expect(new Set(result.runs.map(({ identity }) => identity.organizationId)).size).toBe(3);
  expectCheap(costs, result.runs.length);

  const loading = await measure(() => loadEffects(ctx as Context, result.runs));
  expect(loading.result.toPerform.length).toBeGreaterThan(100);
  expectCheap(loading.costs, loading.result.toPerform.length);
});

test('a claim that finds nothing due costs next to nothing', async () => {
  while ((await claim(ctx as Context)).more);
  const { result, costs } = await measure(() => claim(ctx as Context));
  expect(result.runs).toEqual([]);
  expectCheap(costs, 0);
});

test('lanes are taken from 20,000, of which half are due, by what a claim takes', async () => {
  await fillLanes(db.kysely, { organizationId: 4, count: 20_000 });
  for (const [busyOrganizations, taken] of [[[], 32] as const, [[4n], 0] as const]) {
    const { result, costs } = await measure(() =>
      db.kysely.transaction().execute((trx) => takeLanes(ctx as Context, trx, { busyLanes: [], busyOrganizations })),
    );
    expect(result.lanes).toHaveLength(taken);
    expectCheap(costs, 32);
  }
});

test('due schedules are found among 20,000', async () => {
  await fillSchedules(db.kysely, 20_000);
  const { result, costs } = await measure(() => dueQuery(ctx).execute(db.kysely));
  expect(result.rows).toHaveLength(50);
  expectCheap(costs, 50);
});

test('a slice of a deleted workflow reads the runs that it cancels', async () => {
  await sql`update lanes set state = 'deleted', draining = true where workflow_id = 3`.execute(db.kysely);
  const { result, costs } = await measure(() => cancelSlice(ctx as Context));
  expect(result).toBe(25);
  expectCheap(costs, 25);
});

/** Fails when a statement read more pages than allowed for the requested rows. */
function expectCheap(costs: readonly Cost[], rows: number, pages = rowPages): void {
  expect(costs.length).toBeGreaterThan(0);
  for (const { buffers, sql: text } of costs) {
    if (buffers > pages * rows + 100) throw new Error(`${buffers} buffers for ${rows} rows: ${text}`);
  }
}
