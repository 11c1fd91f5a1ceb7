import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus, WorkflowView } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { insertWorkflows } from './insert-workflows.ts';
import { collect, json, refusal } from './requests.ts';

const rows = 3000;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await insertWorkflows(harness.db, 1n, rows);
  await insertWorkflows(harness.db, 2n, 3);
  await insertShuffled(6n, 60);
});
afterAll(() => harness.stop());

/**
 * Inserts workflows whose names and times of change are in no order. The names are in both cases, and some are equal.
 * Every third workflow is active.
 */
async function insertShuffled(organizationId: bigint, count: number): Promise<void> {
  await insertWorkflows(harness.db, organizationId, count);
  await sql`
    update workflows set
      name = case when id % 2 = 0 then upper(left(md5(id::text), 1)) else md5(id::text) end || repeat('x', (id % 3 * 60)::int),
      status = case when id % 3 = 0 then 'active' else 'draft' end,
      updated_at = timestamptz '2026-01-01' + (id * 7919 % 20) * interval '1 second'
    where organization_id = ${organizationId}`.execute(harness.db);
}

/** A test key of organization 2. */
const theirs: Caller = { ...tester, organizationId: 2n };

const list = (request = {}, caller = editor) => collect(harness.workflows(caller).listWorkflows(request));
const namesOf = (parts: Awaited<ReturnType<typeof list>>) => parts.flatMap((part) => part.workflows.map((w) => w.name));

test('without parameters the whole collection comes, newest first, in slices', async () => {
  const parts = await list();
  expect(Math.max(...parts.map((part) => part.workflows.length))).toBeLessThanOrEqual(50);
  expect(namesOf(parts)).toEqual(Array.from({ length: rows }, (_, index) => `Workflow ${rows - index}`));
  expect(new Set(parts.map((part) => part.totalCount))).toEqual(new Set([BigInt(rows)]));
  expect(parts.at(-1)?.nextCursor).toBeUndefined();
});

test('an organization sees its own workflows and their count only', async () => {
  const parts = await list({}, stranger);
  expect(namesOf(parts)).toEqual(['Workflow 3', 'Workflow 2', 'Workflow 1']);
  expect(parts.at(-1)?.totalCount).toBe(3n);
});

test('a list shows the mode of its caller, and the other one when it is asked for', async () => {
  await harness.workflows(theirs).createWorkflow({ name: 'Trial' });
  const live = ['Workflow 3', 'Workflow 2', 'Workflow 1'];
  for (const [caller, mode, names] of [
    [theirs, undefined, ['Trial']],
    [theirs, Mode.TEST, ['Trial']],
    [theirs, Mode.LIVE, live],
    [stranger, undefined, live],
    [stranger, Mode.TEST, ['Trial']],
  ] as const) {
    const parts = await list({ mode }, caller);
    expect(namesOf(parts)).toEqual(names);
    expect(parts.at(-1)?.totalCount).toBe(BigInt(names.length));
  }
});

test('pages by cursor contain each workflow once', async () => {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const parts = await list({ limit: 700, cursor });
    cursor = parts.at(-1)?.nextCursor;
    expect(parts.slice(0, -1).every((part) => part.nextCursor === undefined)).toBe(true);
    names.push(...namesOf(parts));
  } while (cursor !== undefined);
  expect(names).toEqual(namesOf(await list()));
});

test('pages by number say how many there are', async () => {
  const parts = await list({ page: 3, perPage: 7 });
  expect(namesOf(parts)).toEqual(Array.from({ length: 7 }, (_, index) => `Workflow ${rows - 14 - index}`));
  expect(parts.at(-1)).toMatchObject({
    page: 3,
    perPage: 7,
    totalPages: Math.ceil(rows / 7),
    totalCount: BigInt(rows),
  });
});

test('filters narrow the list and its count alike', async () => {
  const active = await list({ status: WorkflowStatus.ACTIVE });
  expect([namesOf(active).length, active[0]?.totalCount]).toEqual([rows / 10, BigInt(rows / 10)]);
  const inProject = await list({ projectId: 101n, limit: 10 });
  expect([namesOf(inProject).length, inProject[0]?.totalCount]).toEqual([10, BigInt(rows / 5)]);
  const both = await list({ projectId: 101n, status: WorkflowStatus.DRAFT });
  expect(namesOf(both).length).toBe(rows / 10);
  expect(namesOf(await list({ projectId: 999n }))).toEqual([]);
});

test('a text is found in names in any case, a short one at their beginning, and signs of patterns mean themselves', async () => {
  const mine: Caller = { ...editor, organizationId: 4n };
  const made = ['Welcome Ada', 'welcome back', '100% sure', '100 sure', 'a_b', 'aXb', 'Überraschung', 'The welcome'];
  for (const name of made) await harness.workflows(mine).createWorkflow({ name });
  const found = async (q: string, more = {}) => namesOf(await list({ q, ...more }, mine)).toSorted();
  expect(await found('WELCOME')).toEqual(['The welcome', 'Welcome Ada', 'welcome back']);
  expect(await found('we')).toEqual(['Welcome Ada', 'welcome back']);
  expect(await found('0% s')).toEqual(['100% sure']);
  expect(await found('a_')).toEqual(['a_b']);
  expect(await found('BERRASCH')).toEqual(['Überraschung']);
  expect(await found('')).toHaveLength(made.length);
  expect(await found('\\\\')).toEqual([]);
  const summaries = await list({ q: 'welcome', view: WorkflowView.SUMMARY, limit: 2 }, mine);
  expect(summaries).toMatchObject([{ totalCount: 3n, workflows: [{}, {}] }]);
  expect(await list({ q: 'welcome' }, { ...mine, organizationId: 5n })).toMatchObject([{ totalCount: 0n }]);
});

test.each(['created_at', '-created_at', 'updated_at', '-updated_at', 'name', '-name'])(
  'pages by %s contain each workflow once, in that order, in both views and with filters',
  async (sort) => {
    const mine: Caller = { ...editor, organizationId: 6n };
    const keyOf = { created_at: 'id', updated_at: 'updated_at', name: 'name' } as const;
    const key = keyOf[sort.replace('-', '') as keyof typeof keyOf];
    const { rows } = await sql<{ name: string; status: string }>`
      select name, status from workflows where organization_id = 6
      order by ${key === 'name' ? sql`lower(left(name, 100)) collate "C"` : sql.ref(key)} ${sql.raw(sort.startsWith('-') ? 'desc' : 'asc')},
        id ${sql.raw(sort.startsWith('-') ? 'desc' : 'asc')}`.execute(harness.db);
    expect(rows).toHaveLength(60);
    for (const [view, status] of [
      [WorkflowView.FULL, undefined],
      [WorkflowView.SUMMARY, undefined],
      [WorkflowView.SUMMARY, WorkflowStatus.ACTIVE],
    ] as const) {
      const expected = rows.filter((row) => status === undefined || row.status === 'active').map(({ name }) => name);
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const parts = await list({ sort, view, status, limit: 7, cursor }, mine);
        names.push(...namesOf(parts));
        cursor = parts.at(-1)?.nextCursor;
      } while (cursor !== undefined);
      expect(names).toEqual(expected);
      expect(namesOf(await list({ sort, view, status, page: 2, perPage: 4 }, mine))).toEqual(expected.slice(4, 8));
    }
    // The whole collection has this order too. Its slices follow one another like pages.
    expect(namesOf(await list({ sort }, mine))).toEqual(rows.map(({ name }) => name));
  },
);

test('an order that there is not is refused by name, and a cursor of another order too', async () => {
  expect(await refusal(list({ sort: 'steps' }))).toMatchObject({
    error: 'invalid validation_failed',
    fields: { sort: expect.stringContaining('-updated_at') },
  });
  const cursors = await Promise.all(
    [undefined, 'created_at', 'updated_at', 'name'].map(async (sort) => {
      const parts = await list({ sort, limit: 2 });
      return { sort, cursor: parts.at(-1)?.nextCursor };
    }),
  );
  for (const { sort, cursor } of cursors) {
    for (const other of cursors.map((each) => each.sort).filter((each) => each !== sort)) {
      expect(await refusal(list({ sort: other, cursor }))).toMatchObject({ error: 'invalid invalid_cursor' });
    }
  }
});

test('a summary has counts and no steps, and asks the runtime once for a page', async () => {
  const mine: Caller = { ...editor, organizationId: 7n };
  const steps = json([{ type: 'log', message: 'x' }, { type: 'end' }]);
  const ids: bigint[] = [];
  for (const name of ['First', 'Second']) {
    const { workflow } = await harness.workflows(mine).createWorkflow({ name, description: 'Shown', steps });
    if (workflow) ids.push(workflow.id);
  }
  const [first = 0n, second = 0n] = ids;
  const stats = { enrolled: 9n, active: 4n, paused: 1n, completed: 2n, failed: 2n, cancelled: 1n, failures24h: 2n };
  harness.stats[String(first)] = stats;
  harness.counted.length = 0;
  const [page] = await list({ view: WorkflowView.SUMMARY }, mine);
  expect(page?.workflows).toMatchObject([
    {
      id: second,
      name: 'Second',
      description: 'Shown',
      stepCount: 2,
      stats: { enrolled: 0n, active: 0n, failures24h: 0n },
    },
    { id: first, name: 'First', version: 1, stepCount: 2, stats },
  ]);
  expect(page?.partial).toBeUndefined();
  for (const { steps: shown, integrations } of page?.workflows ?? [])
    expect([shown.length, integrations.length]).toEqual([0, 0]);
  expect(harness.counted).toMatchObject([{ workflowIds: [second, first], mode: Mode.LIVE }]);
  const [full] = await list({ view: WorkflowView.FULL }, mine);
  expect(full?.workflows.map(({ stepCount, stats: shown }) => [stepCount, shown])).toEqual(
    Array(2).fill([undefined, undefined]),
  );
});

test('summaries come in pages of 100, and without their counts while the runtime is away', async () => {
  harness.peers.unregister(serviceOf('enrollments'));
  try {
    const parts = await list({ view: WorkflowView.SUMMARY });
    expect(parts).toMatchObject([{ totalCount: BigInt(rows), partial: true, nextCursor: expect.any(String) }]);
    expect(namesOf(parts)).toHaveLength(100);
    for (const { stats, stepCount } of parts[0]?.workflows ?? []) {
      expect([stepCount, Object.keys(stats ?? {})]).toEqual([0, ['$typeName']]);
    }
  } finally {
    harness.registerRuntime();
  }
  const [page] = await list({ view: WorkflowView.SUMMARY, limit: 1000, sort: 'name' });
  expect(page?.workflows).toHaveLength(1000);
  expect(page?.partial).toBeUndefined();
});

test('a cursor that this list did not give is refused', async () => {
  expect(await refusal(list({ cursor: 'bm9wZQ' }))).toMatchObject({ error: 'invalid invalid_cursor' });
});

test('an empty page is still an answer', async () => {
  const parts = await list({ page: 1000, perPage: 10 });
  expect(parts).toMatchObject([{ workflows: [], totalCount: BigInt(rows), page: 1000 }]);
});
