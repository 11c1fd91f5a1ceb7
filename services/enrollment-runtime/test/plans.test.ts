import { randomBytes } from 'node:crypto';
import { connectDatabase, createSealer, type Database } from '@drippulse/db';
import { createLogger, createMetrics } from '@drippulse/observability';
import { type Cost, createTestDatabase, measureStatements, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { createDefinitions } from '../src/definitions/definitions.ts';
import { findRows } from '../src/enrollments/find-rows.ts';
import { countQuery, type Filter, idsQuery, type Slice } from '../src/enrollments/list-ids.ts';
import { readDetail } from '../src/enrollments/read-detail.ts';
import { readList } from '../src/enrollments/read-list.ts';
import { createDueCounts, dueQuery as dueRunsQuery } from '../src/funnel/due-counts.ts';
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
let ctx: Pick<Context, 'db' | 'dbNow' | 'config' | 'metrics' | 'definitions' | 'dueCounts'>;
let measure: ReturnType<typeof measureStatements>;

beforeAll(async () => {
  database = await createTestDatabase({
    name: 'enrollments_cost',
    prepare: async (url) => void (await service.migrate(url)),
  });
  const log = createLogger({ level: 'fatal' });
  db = connectDatabase<DB>({ url: database.url, schema: 'enrollments', service: 'test', log, max: 2 });
  measure = measureStatements(db.pool);
  ctx = {
    db,
    dbNow: sql<Date>`now()`,
    config: { leaseMs: 8_000 } as Context['config'], // the only member that a claim reads
    metrics: createServiceMetrics(createMetrics('test')),
    definitions: createDefinitions(db.kysely, createSealer(randomBytes(32).toString('base64'))),
    dueCounts: createDueCounts(() => ctx),
  };
  await fillEnrollments(db.kysely);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const all: Filter = {
  workflowId: 1n,
  mode: 'live',
  status: undefined,
  stepIndex: undefined,
  leadRef: undefined,
  q: undefined,
};
async function listIds(filter: Filter, slice: Slice): Promise<bigint[]> {
  const { rows } = await idsQuery(filter, slice).execute(db.kysely);
  return rows.map(({ id }) => id);
}

async function countMatching(filter: Filter): Promise<number> {
  const { rows } = await countQuery(filter).execute(db.kysely);
  return Number(rows[0]?.count);
}

/** Pages that a statement may read for a row. A text adds the pages of its block. */
const rowPages = 20;
const blockPages = 30;

function pagesOf({ q }: Partial<Filter>): number {
  return q === undefined ? rowPages : blockPages;
}

/** A text that few enrollments have is looked up as a whole. Of a common one as much is read as the page needs. */
async function readForText({ q }: Partial<Filter>): Promise<number> {
  const found = q === undefined ? 0 : await countMatching({ ...all, q });
  return found < 1_000 ? found : 0;
}

/** Filters whose rows are together in an index. */
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
      const whole = await measure(() => readList(ctx as Context, key, filter, slice));
      expect(whole.result?.found).toEqual(parts.result);
      const [only, ...others] = whole.costs;
      expect(others).toEqual([]);
      // Twice, because a scan of a table starts where another has just been.
      expect(only?.buffers).toBeLessThanOrEqual(2 * parts.costs.reduce((sum, { buffers }) => sum + buffers, 0));
    }
  },
);

/** A text and a place are in two tables: the rows that match both are found among those that match one. */
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

/** Fails when a statement read more pages than allowed for the rows that were asked for. */
function expectCheap(costs: readonly Cost[], rows: number, pages = rowPages): void {
  expect(costs.length).toBeGreaterThan(0);
  for (const { buffers, sql: text } of costs) {
    if (buffers > pages * rows + 100) throw new Error(`${buffers} buffers for ${rows} rows: ${text}`);
  }
}
