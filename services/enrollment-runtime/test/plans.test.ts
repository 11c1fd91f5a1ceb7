import { connectDatabase, type Database } from '@drippulse/db';
import { createLogger, createMetrics } from '@drippulse/observability';
import { createTestDatabase, measureStatements, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { createDefinitions } from '../src/definitions/definitions.ts';
import { createDueCounts } from '../src/enrollments/due-counts.ts';
import { findRows } from '../src/enrollments/find-rows.ts';
import { countMatching, type Filter, listIds } from '../src/enrollments/list-ids.ts';
import { createServiceMetrics } from '../src/metrics.ts';
import { migrateService } from '../src/migrate.ts';
import { claim } from '../src/runs/claim.ts';
import { fillEnrollments } from './fill-enrollments.ts';

/** What a count may look at before it costs more than a page. */
const countCap = 10_000;

let database: TestDatabase;
let db: Database<DB>;
let ctx: Pick<Context, 'db' | 'dbNow' | 'config' | 'metrics' | 'definitions' | 'dueCounts'>;
let measure: ReturnType<typeof measureStatements>;

beforeAll(async () => {
  database = await createTestDatabase({
    name: 'enrollments_cost',
    prepare: async (url) => void (await migrateService(url)),
  });
  const log = createLogger({ level: 'fatal' });
  db = connectDatabase<DB>({ url: database.url, schema: 'enrollments', service: 'test', log, max: 2 });
  measure = measureStatements(db.pool);
  ctx = {
    db,
    dbNow: sql<Date>`now()`,
    config: { leaseMs: 8_000 } as Context['config'], // the only member that a claim reads
    metrics: createServiceMetrics(createMetrics('test')),
    definitions: createDefinitions(db.kysely),
    dueCounts: createDueCounts(() => ctx),
  };
  await fillEnrollments(db.kysely);
}, 180_000);
afterAll(async () => {
  await db.close();
  await database.drop();
});

const all: Filter = {
  workflowId: 1n,
  mode: undefined,
  status: undefined,
  stepIndex: undefined,
  leadRef: undefined,
  q: undefined,
};
const filters: Record<string, Partial<Filter>> = {
  everything: {},
  'test enrollments': { mode: 'test' },
  'active ones': { status: 'active' },
  'paused ones': { status: 'paused' },
  'completed ones': { status: 'completed' },
  'failed ones, which are rare': { status: 'failed' },
  'those on a step': { stepIndex: 1 },
  'those that failed on a step': { status: 'failed', stepIndex: 2 },
  'a reference': { leadRef: 'lead-4242' },
  'a rare address': { q: '7ecc4de2' },
  'a rare address that failed': { q: '7ecc4de2', status: 'failed' },
  'a beginning': { q: 'fe' },
};

test.each(Object.entries(filters))(
  'a page of %s reads what it returns, however deep it lies',
  async (_name, filter) => {
    for (const after of [undefined, 60_000n]) {
      const { result, costs } = await measure(() =>
        listIds(db.kysely, { ...all, ...filter }, { after, offset: 0, limit: 101 }),
      );
      for (const { buffers, sql: text } of costs)
        expect([buffers <= 20 * result.length + 100, buffers, text]).toEqual([true, buffers, text]);
    }
  },
);

test.each(Object.entries(filters))('counting %s reads no more than the cap allows', async (_name, filter) => {
  const { costs } = await measure(() => countMatching(db.kysely, { ...all, ...filter }));
  for (const { buffers } of costs) expect(buffers).toBeLessThanOrEqual(20 * countCap + 100);
});

test('the rows of a page are looked up by their keys', async () => {
  const ids = await listIds(db.kysely, all, { after: 60_000n, offset: 0, limit: 100 });
  const scope = { organizationId: 1n, workflowId: 1n, ids };
  const { result, costs } = await measure(() => findRows(ctx as Context, db.kysely, scope));
  expect(result.rows).toHaveLength(100);
  for (const { buffers } of costs) expect(buffers).toBeLessThanOrEqual(20 * 100 + 100);
});

test('due runs are counted from the index that holds them', async () => {
  const { result, costs } = await measure(() => ctx.dueCounts.of(db.kysely, 1n));
  const due = result.reduce((sum, { count }) => sum + Number(count), 0);
  expect(due).toBeGreaterThan(0);
  for (const { buffers } of costs) expect(buffers).toBeLessThanOrEqual(20 * due + 100);
});

test('a claim reads the due runs it takes, and those whose lease has ended, of all organizations', async () => {
  const { result, costs } = await measure(() => claim(ctx as Context, []));
  expect(result.runs.length).toBeGreaterThan(100);
  expect(new Set(result.runs.map(({ identity }) => identity.organizationId)).size).toBe(3);
  for (const { buffers, sql: text } of costs) {
    expect([buffers <= 20 * result.runs.length + 100, buffers, text]).toEqual([true, buffers, text]);
  }
});

test('a claim that finds nothing due costs next to nothing', async () => {
  while ((await claim(ctx as Context, [])).more);
  const { result, costs } = await measure(() => claim(ctx as Context, []));
  expect(result.runs).toEqual([]);
  for (const { buffers } of costs) expect(buffers).toBeLessThanOrEqual(100);
});
