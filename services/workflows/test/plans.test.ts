import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RawBuilder, sql } from 'kysely';
import { countWorkflows, type Filter, sliceWorkflows } from '../src/workflows/list.ts';
import { selectWorkflows } from '../src/workflows/rows.ts';
import { type Harness, startHarness } from './harness.ts';
import { insertWorkflows } from './insert-workflows.ts';

/** What a count may look at before it costs more than a page. */
const countCap = 10_000;
const rowsOfOrganization = [100_000, 70_000, 30_000];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  for (const [index, count] of rowsOfOrganization.entries())
    await insertWorkflows(harness.db, BigInt(index + 1), count);
  await sql`vacuum (analyze) workflows, workflow_versions`.execute(harness.db);
}, 60_000);
afterAll(() => harness.stop());

const filters: Record<string, Filter> = {
  'all workflows': { organizationId: 2n, status: undefined, projectId: undefined },
  'those of a status': { organizationId: 2n, status: 'active', projectId: undefined },
  'those of a project': { organizationId: 2n, status: undefined, projectId: 101n },
  'those of a status in a project': { organizationId: 2n, status: 'active', projectId: 101n },
  'those of a rare status': { organizationId: 2n, status: 'paused', projectId: undefined },
};

test.each(Object.entries(filters))(
  'a slice of %s reads what it returns, however deep it lies',
  async (_name, filter) => {
    for (const before of [undefined, 110_000n]) {
      const { rows, buffers } = await cost(sliceWorkflows(harness.db, filter, { before, offset: 0, limit: 51 }));
      expect(buffers).toBeLessThanOrEqual(20 * rows + 100);
    }
  },
);

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

/** Any query: only its plan is looked at. */
type Explainable = { explain(format: 'json', options: RawBuilder<unknown>): Promise<Record<string, unknown>[]> };

async function cost(query: Explainable): Promise<{ rows: number; buffers: number }> {
  const [answer] = await query.explain('json', sql`analyze, buffers`);
  const [{ Plan: plan }] = JSON.parse(String(answer?.['QUERY PLAN']));
  return { rows: plan['Actual Rows'], buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] };
}
