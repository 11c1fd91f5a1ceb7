import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { insertWorkflows } from './insert-workflows.ts';
import { collect, refusal } from './requests.ts';

const rows = 3000;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await insertWorkflows(harness.db, 1n, rows);
  await insertWorkflows(harness.db, 2n, 3);
});
afterAll(() => harness.stop());

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

test('a cursor that this list did not give is refused', async () => {
  expect(await refusal(list({ cursor: 'bm9wZQ' }))).toMatchObject({ error: 'invalid invalid_cursor' });
});

test('an empty page is still an answer', async () => {
  const parts = await list({ page: 1000, perPage: 10 });
  expect(parts).toMatchObject([{ workflows: [], totalCount: BigInt(rows), page: 1000 }]);
});
