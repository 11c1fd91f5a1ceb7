import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { json, parsed, refusal } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const stepsOf = (count: number) =>
  json(Array.from({ length: count }, (_, index) => ({ type: 'log', id: `s${index}`, message: `of ${count}` })));

/** Creates a workflow whose version n has n steps. */
async function makeVersions(count: number): Promise<bigint> {
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Grows', steps: stepsOf(1) });
  const id = workflow?.id ?? 0n;
  for (let version = 2; version <= count; version += 1) await replaceSteps(id, stepsOf(version));
  return id;
}

async function replaceSteps(id: bigint, steps: Uint8Array, actor = editor.actor) {
  const update = { id, updateMask: { paths: ['steps'] }, steps };
  return harness.workflows({ ...editor, actor }).updateWorkflow(update);
}

const list = (workflowId: bigint, request = {}) =>
  harness.workflows({ ...editor, role: 'viewer' }).listWorkflowVersions({ workflowId, ...request });

test('every version is listed once, newest first, page by page, with its author and its number of steps', async () => {
  const id = await makeVersions(6);
  await replaceSteps(id, stepsOf(7), { type: 'api_key', id: '5' });
  await harness.workflows(editor).updateWorkflow({ id, updateMask: { paths: ['name'] }, name: 'Renamed' });
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(id, { limit: 3, cursor });
    expect(page.totalCount).toBe(7n);
    found.push(...page.versions.map(({ version }) => version));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(found).toEqual([7, 6, 5, 4, 3, 2, 1]);
  const { versions } = await list(id);
  expect(versions.map(({ stepCount }) => stepCount)).toEqual(found);
  expect(versions.filter(({ isCurrent }) => isCurrent).map(({ version }) => version)).toEqual([7]);
  expect(versions[0]).toMatchObject({ actorType: 'api_key', actorId: '5' });
  expect(versions.slice(1).every(({ actorType, actorId }) => actorType === 'user' && actorId === '1')).toBe(true);
  expect((await list(id, { page: 2, perPage: 5 })).versions.map(({ version }) => version)).toEqual([2, 1]);
  expect(await refusal(list(id, { cursor: 'bm9wZQ' }))).toMatchObject({ error: 'invalid invalid_cursor' });
});

test('a version shows the steps as they were, however often they changed', async () => {
  const id = await makeVersions(3);
  const { workflow } = await harness.workflows(editor).getWorkflow({ id });
  for (const version of [1, 2, 3]) {
    const { version: shown } = await harness.workflows(editor).getWorkflowVersion({ workflowId: id, version });
    expect(shown).toMatchObject({ workflowId: id, version, actorType: 'user', actorId: '1' });
    expect(parsed(shown?.steps)).toHaveLength(version);
    if (version === 3) expect(shown?.steps).toEqual(workflow?.steps);
  }
});

test('credentials are masked in every version, and a mask of an older one cannot be saved back as a secret', async () => {
  const callback = (token: string) =>
    json([{ id: 'tell', type: 'webhook_callback', config: { url: `https://8.8.8.8/in?token=${token}` } }]);
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Secret', steps: callback('planted-1') });
  const id = workflow?.id ?? 0n;
  await replaceSteps(id, callback('planted-2'));
  for (const version of [1, 2]) {
    const { version: shown } = await harness.workflows(editor).getWorkflowVersion({ workflowId: id, version });
    expect(new TextDecoder().decode(shown?.steps)).toContain('token=***');
    expect(new TextDecoder().decode(shown?.steps)).not.toContain('planted');
  }
});

test('living enrollments are counted by version; while the runtime is away the list comes without and says so', async () => {
  const id = await makeVersions(3);
  harness.active[1] = 340n;
  harness.active[3] = 12n;
  const counted = await list(id);
  expect(counted.versions.map(({ activeEnrollments }) => activeEnrollments)).toEqual([12n, 0n, 340n]);
  expect(counted.partial).toBeUndefined();
  harness.peers.unregister(serviceOf('enrollments'));
  try {
    const partial = await list(id);
    expect(partial.versions.map(({ activeEnrollments }) => activeEnrollments)).toEqual(Array(3).fill(undefined));
    expect(partial).toMatchObject({ partial: true, totalCount: 3n });
  } finally {
    harness.registerRuntime();
  }
});

test('versions of a deleted workflow and of another organization are unknown, and so is a number that there is not', async () => {
  const id = await makeVersions(1);
  const get = (version: number, caller = editor) =>
    refusal(harness.workflows(caller).getWorkflowVersion({ workflowId: id, version }));
  for (const version of [0, 2])
    expect(await get(version)).toMatchObject({ error: 'not_found workflow_version_not_found' });
  const unknown = { error: 'not_found workflow_not_found' };
  expect(await get(1, stranger)).toMatchObject(unknown);
  expect(await refusal(harness.workflows(stranger).listWorkflowVersions({ workflowId: id }))).toMatchObject(unknown);
  await harness.workflows(editor).deleteWorkflow({ id });
  expect(await get(1)).toMatchObject(unknown);
  expect(await refusal(list(id))).toMatchObject(unknown);
});
