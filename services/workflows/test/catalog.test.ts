import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { nextChange } from '../src/workflows/change-log.ts';
import { editor, gateway, type Harness, startHarness, stranger, tester } from './harness.ts';
import { collect, refusal } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

async function createIn(projectId: bigint | undefined, count: number): Promise<bigint[]> {
  const ids: bigint[] = [];
  for (let made = 0; made < count; made += 1) {
    const { workflow } = await harness.workflows(editor).createWorkflow({ name: `In ${projectId}`, projectId });
    if (workflow) ids.push(workflow.id);
  }
  return ids;
}

test('workflows are counted by project, deleted and foreign ones not', async () => {
  const [first] = await createIn(101n, 3);
  await createIn(102n, 1);
  await createIn(undefined, 1);
  await harness.workflows(editor).deleteWorkflow({ id: first });
  const { counts } = await harness.catalog(editor).countByProject({ projectIds: [101n, 102n, 103n] });
  expect(counts).toEqual({ 101: 2n, 102: 1n });
  expect((await harness.catalog(stranger).countByProject({ projectIds: [101n] })).counts).toEqual({});
  const tooMany = harness.catalog(editor).countByProject({ projectIds: Array.from({ length: 1001 }, () => 1n) });
  expect(await refusal(tooMany)).toMatchObject({ error: 'invalid too_many_projects' });
});

test('a project gives all its workflows away, slice by slice, each with its event, and a repeat changes nothing', async () => {
  const ids = await createIn(101n, 45);
  const before = await harness.catalog(editor).countByProject({ projectIds: [101n, 102n] });
  const total = (before.counts['101'] ?? 0n) + (before.counts['102'] ?? 0n);
  const reassign = () => harness.catalog(editor).reassignProject({ projectId: 101n, reassignTo: 102n });
  expect(await reassign()).toMatchObject({ movedCount: before.counts['101'] });
  expect(await reassign()).toMatchObject({ movedCount: 0n });
  const after = await harness.catalog(editor).countByProject({ projectIds: [101n, 102n] });
  expect(after.counts).toEqual({ 102: total });
  const moved = () => harness.published.filter((event) => event.sequence === 2n && event.payload.case === 'updated');
  await eventually(() => expect(moved().map((event) => event.payload.value?.id)).toEqual(expect.arrayContaining(ids)));
});

test('workflows can be taken out of any project, and only by who may edit', async () => {
  await createIn(103n, 2);
  const viewer = harness.catalog({ ...editor, role: 'viewer' });
  expect(await refusal(viewer.reassignProject({ projectId: 103n }))).toMatchObject({
    error: 'permission_denied insufficient_role',
  });
  expect(await harness.catalog(editor).reassignProject({ projectId: 103n })).toMatchObject({ movedCount: 2n });
  expect(await harness.catalog(stranger).reassignProject({ projectId: 102n })).toMatchObject({ movedCount: 0n });
});

test('workflows are counted by mode, and a test key closes no project with live ones', async () => {
  await createIn(105n, 2);
  const create = (projectId: bigint) => harness.workflows(tester).createWorkflow({ name: 'Trial', projectId });
  await create(105n);
  const counted = async (mode?: Mode) =>
    (await harness.catalog(tester).countByProject({ projectIds: [105n], mode })).counts;
  expect([await counted(), await counted(Mode.LIVE), await counted(Mode.TEST)]).toEqual([
    { 105: 3n },
    { 105: 2n },
    { 105: 1n },
  ]);
  const close = (projectId: bigint) => harness.catalog(tester).reassignProject({ projectId });
  expect(await refusal(close(105n))).toMatchObject({ error: 'permission_denied test_mode' });
  // Nothing was moved, and the project still accepts workflows.
  await create(105n);
  expect(await counted()).toEqual({ 105: 4n });
  await create(106n);
  expect(await close(106n)).toMatchObject({ movedCount: 1n });
});

test('the change log has the latest change of each workflow, deleted ones too, from any number on', async () => {
  const changes = (afterSequence = 0n) => collect(harness.catalog(gateway).listChanges({ afterSequence }));
  const [kept, gone] = await createIn(102n, 2);
  const last = (await changes()).at(-1)?.change ?? 0n;
  await harness.workflows(editor).deleteWorkflow({ id: gone });
  await harness.workflows(editor).updateWorkflow({ id: kept, updateMask: { paths: ['name'] }, name: 'Renamed' });
  const latest = await changes(last);
  expect(latest.map(({ workflow, deleted, sequence }) => [workflow?.id, deleted, sequence])).toEqual([
    [gone, true, 2n],
    [kept, false, 2n],
  ]);
  expect((await changes()).length).toBeGreaterThan(50);
});

test('a change that is still being written when the log is read is waited for', async () => {
  const [written, later] = await createIn(102n, 2);
  const changes = (afterSequence = 0n) => collect(harness.catalog(gateway).listChanges({ afterSequence }));
  const last = (await changes()).at(-1)?.change;
  const writing = await harness.db.startTransaction().execute();
  const change = await nextChange(writing);
  await writing
    .updateTable('workflows')
    .set({ change })
    .where('id', '=', written ?? 0n)
    .execute();
  await harness.workflows(editor).pauseWorkflow({ id: later });
  const reading = changes(last);
  await eventually(async () => {
    const { rows } = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted`.execute(harness.db);
    return rows.length > 0;
  });
  await writing.commit().execute();
  expect((await reading).map(({ workflow }) => workflow?.id)).toEqual([written, later]);
});
