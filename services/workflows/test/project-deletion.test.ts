import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness } from './harness.ts';
import { refusal } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const notFound = { error: 'not_found project_not_found' };

const workflows = () => harness.workflows(editor);
const close = (projectId: bigint, options: { reassignTo?: bigint; onlyIfEmpty?: boolean } = {}) =>
  harness.catalog(editor).reassignProject({ projectId, ...options });

async function create(projectId?: bigint): Promise<bigint> {
  const { workflow } = await workflows().createWorkflow({ name: 'W', ...(projectId && { projectId }) });
  if (workflow === undefined) throw new Error('no workflow came back');
  return workflow.id;
}

const projectOf = async (id: bigint) => (await workflows().getWorkflow({ id })).workflow?.projectId;
const move = (id: bigint, projectId: bigint) =>
  workflows().updateWorkflow({ id, projectId, updateMask: { paths: ['project_id'] } });

/** Returns the number of workflows in a project, including deleted ones. */
async function countIn(projectId: bigint): Promise<number> {
  const rows = await harness.db.selectFrom('workflows').select('id').where('project_id', '=', projectId).execute();
  return rows.length;
}

test('a project that is deleted between the check and the write of a workflow is not found', async () => {
  const id = await create();
  harness.betweenCheckAndWrite.push(() => close(101n));
  expect(await refusal(create(101n))).toMatchObject(notFound);
  expect(await refusal(move(id, 101n))).toMatchObject(notFound);
  expect(await countIn(101n)).toBe(0);
});

test('a workflow whose write had begun when its project was deleted leaves the project', async () => {
  const held = await harness.db.startTransaction().execute();
  await sql`lock table workflow_versions in access exclusive mode`.execute(held);
  const waiting = (count: number) =>
    eventually(async () => {
      const { rows } = await sql`select from pg_locks where not granted`.execute(harness.db);
      return rows.length >= count;
    });
  // The workflow's row is written, but the insert of its version waits.
  const creating = create(102n);
  await waiting(1);
  const closing = close(102n);
  await Promise.race([closing, waiting(2)]);
  await held.commit().execute();
  const id = await creating;
  expect(await closing).toMatchObject({ movedCount: 1n });
  expect(await projectOf(id)).toBeUndefined();
  expect(await countIn(102n)).toBe(0);
});

test('workflows follow the projects that theirs were given to, when those are deleted too', async () => {
  const id = await create(103n);
  await close(103n, { reassignTo: 104n });
  await close(104n, { reassignTo: 105n });
  expect(await projectOf(id)).toBe(105n);
  expect(await refusal(close(105n, { reassignTo: 103n }))).toMatchObject(notFound);
  // The deletion of project 103 is repeated, as after an interruption. A workflow that is still in 103 is moved to 105.
  const late = await create();
  await harness.db.updateTable('workflows').set({ project_id: 103n }).where('id', '=', late).execute();
  expect(await refusal(close(103n, { reassignTo: 104n }))).toMatchObject(notFound);
  expect(await close(103n, { reassignTo: 105n })).toMatchObject({ movedCount: 1n });
  expect(await projectOf(late)).toBe(105n);
});

test('a project that must be empty and is not stays open', async () => {
  const id = await create(106n);
  expect(await refusal(close(106n, { onlyIfEmpty: true }))).toMatchObject({
    error: 'failed_precondition project_not_empty',
  });
  expect(await projectOf(id)).toBe(106n);
  expect(await refusal(create(106n))).toBeUndefined();
});
