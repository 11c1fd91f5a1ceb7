import { measureStatements } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RawBuilder, sql } from 'kysely';
import { countWorkflows, type Filter, sliceSummaries, sliceWorkflows } from '../src/workflows/list.ts';
import { workflowLoader } from '../src/workflows/load-workflow.ts';
import { type Place, readOrder } from '../src/workflows/orders.ts';
import { selectWorkflows } from '../src/workflows/rows.ts';
import { sliceVersions } from '../src/workflows/versions.ts';
import { type Harness, startHarness } from './harness.ts';
import { insertWorkflows } from './insert-workflows.ts';

/** Maximum number of rows that a count may read before it costs more than a page. */
const countCap = 10_000;
const rowsOfOrganization = [100_000, 70_000, 30_000];

let harness: Harness;
let measured: ReturnType<typeof measureStatements>;
beforeAll(async () => {
  harness = await startHarness();
  measured = measureStatements(harness.pool);
  for (const [index, count] of rowsOfOrganization.entries())
    await insertWorkflows(harness.db, BigInt(index + 1), count);
  // The test workflows are the newest rows. A list of live workflows would have to skip them if the indexes were not by
  // mode.
  await insertWorkflows(harness.db, 2n, 20_000, 'test');
  await sql`vacuum (analyze) workflows, workflow_versions`.execute(harness.db);
});
afterAll(() => harness.stop());

const filters: Record<string, Filter> = {
  'all workflows': { organizationId: 2n, mode: 'live', status: undefined, projectId: undefined },
  'those of a status': { organizationId: 2n, mode: 'live', status: 'active', projectId: undefined },
  'those of a project': { organizationId: 2n, mode: 'live', status: undefined, projectId: 101n },
  'those of a status in a project': { organizationId: 2n, mode: 'live', status: 'active', projectId: 101n },
  'those of a rare status': { organizationId: 2n, mode: 'live', status: 'paused', projectId: undefined },
  'all of test keys': { organizationId: 2n, mode: 'test', status: undefined, projectId: undefined },
  'active ones of test keys': { organizationId: 2n, mode: 'test', status: 'active', projectId: undefined },
};

test.each(Object.entries(filters))(
  'a slice of %s reads what it returns, however deep it lies',
  async (_name, filter) => {
    for (const place of [undefined, { key: '110000', id: 110_000n }]) {
      const slice = { order: readOrder(), place, offset: 0, limit: 51 };
      for (const query of [sliceWorkflows, sliceSummaries]) {
        const { rows, buffers } = await cost(query(harness.db, filter, slice));
        expect(buffers).toBeLessThanOrEqual(20 * rows + 100);
      }
    }
  },
);

/** Places in the middle of the list, in each order. */
const middles: Record<string, Place> = {
  created_at: { key: '110000', id: 110_000n },
  updated_at: { key: '2026-01-01T12:00:00.000Z', id: 110_000n },
  name: { key: 'workflow 5', id: 0n },
};

test.each(Object.keys(middles).flatMap((sort) => Object.keys(filters).map((name) => [sort, name] as const)))(
  'a slice by %s of %s reads an index in order, or what the filter leaves',
  async (sort, name) => {
    const filter = filters[name];
    if (filter === undefined) throw new Error('no filter');
    for (const direction of ['', '-']) {
      for (const place of [undefined, middles[sort]]) {
        const slice = { order: readOrder(`${direction}${sort}`), place, offset: 0, limit: 51 };
        const { rows, buffers } = await cost(sliceSummaries(harness.db, filter, slice));
        expect(buffers).toBeLessThanOrEqual(20 * rows + 500);
      }
    }
  },
);

test.each([
  ['few names', 'flow 4242', {}],
  ['few names, of a status', 'flow 4242', { status: 'active' }],
  ['all names', 'workflow', {}],
  ['no name', 'nowhere', {}],
  ['the beginning of all names', 'wo', {}],
  ['the beginning of no name', 'zz', {}],
] as const)('a text that %s have is looked up, or met soon', async (_name, q, more) => {
  const filter: Filter = { organizationId: 2n, mode: 'live', status: undefined, projectId: undefined, ...more, q };
  for (const sort of ['-created_at', 'name', '-updated_at']) {
    const slice = { order: readOrder(sort), place: undefined, offset: 0, limit: 51 };
    const { rows, buffers } = await cost(sliceSummaries(harness.db, filter, slice));
    expect(buffers).toBeLessThanOrEqual(20 * rows + 500);
  }
  const { buffers } = await cost(countWorkflows(harness.db, filter));
  expect(buffers).toBeLessThanOrEqual(20 * countCap + 100);
});

test('a page of versions reads no steps and no version of another workflow', async () => {
  const { id } = await harness.db
    .selectFrom('workflows')
    .select('id')
    .orderBy('id')
    .offset(500)
    .limit(1)
    .executeTakeFirstOrThrow();
  await sql`
    insert into workflow_versions (workflow_id, version, steps, settings, step_count, actor_type, actor_id, created_at)
    select ${id}, version, '[]', '{}', 0, 'user', '1', now() from generate_series(2, 1000) as version`.execute(
    harness.db,
  );
  const { rows, buffers } = await cost(
    sliceVersions(harness.db, { workflowId: id, before: 500n, offset: 0, limit: 101 }),
  );
  expect(rows).toBe(101);
  expect(buffers).toBeLessThanOrEqual(rows + 100);
});

test.each(Object.entries(filters))('counting %s reads an index', async (_name, filter) => {
  const { buffers } = await cost(countWorkflows(harness.db, filter));
  expect(buffers).toBeLessThanOrEqual(20 * countCap + 100);
});

test('the change log is read from where one stopped', async () => {
  const log = selectWorkflows(harness.db)
    .where('workflows.change', '>', 150_000n)
    .orderBy('workflows.change')
    .limit(50);
  const { rows, buffers } = await cost(log);
  expect(buffers).toBeLessThanOrEqual(20 * rows + 100);
});

test('workflows that are asked for in one turn are one statement by their keys, each with its own answer', async () => {
  const load = workflowLoader(harness.db);
  const { rows } = await sql<{ id: bigint; organization_id: bigint }>`
    select id, organization_id from workflows tablesample system (1) order by random() limit 60`.execute(harness.db);
  const asked = rows.map(({ id, organization_id: owner }, index) => {
    // Every fifth workflow is requested by a different organization, every seventh is requested twice.
    const organizationId = index % 5 === 0 ? owner + 1n : owner;
    return index % 7 === 0 ? [load(organizationId, id), load(organizationId, id)] : [load(organizationId, id)];
  });
  const { result, costs } = await measured(() => Promise.allSettled(asked.flat()));
  const answers = result.map((answer) =>
    answer.status === 'fulfilled' ? `${answer.value.organization_id} ${answer.value.id}` : answer.reason.reason,
  );
  const expected = rows.flatMap(({ id, organization_id: owner }, index) => {
    const own = index % 5 === 0 ? 'workflow_not_found' : `${owner} ${id}`;
    return index % 7 === 0 ? [own, own] : [own];
  });
  expect(answers).toEqual(expected);
  expect(costs).toHaveLength(1);
  expect(costs[0]?.buffers).toBeLessThanOrEqual(20 * answers.length + 100);
});

/** Any query. The tests read only its plan. */
type Explainable = { explain(format: 'json', options: RawBuilder<unknown>): Promise<Record<string, unknown>[]> };

async function cost(query: Explainable): Promise<{ rows: number; buffers: number }> {
  const [answer] = await query.explain('json', sql`analyze, buffers`);
  const [{ Plan: plan }] = JSON.parse(String(answer?.['QUERY PLAN']));
  return { rows: plan['Actual Rows'], buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] };
}
