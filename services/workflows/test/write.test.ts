import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { json, parsed, referenceSteps, refusal } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const { DRAFT, ACTIVE, PAUSED, ARCHIVED } = WorkflowStatus;

async function createWorkflow(request = {}, headers = {}) {
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Nurture', ...request }, { headers });
  if (workflow === undefined) throw new Error('no workflow came back');
  return workflow;
}

/** Returns the published changes of a workflow, once there are `count` events. */
async function eventsOf(id: bigint, count: number) {
  const own = () => harness.published.filter((event) => event.aggregate === `workflow:${id}`);
  await eventually(() => expect(own().length).toBeGreaterThanOrEqual(count));
  return own().map((event) => `${event.sequence} ${event.payload.case} v${event.payload.value?.version}`);
}

test('a workflow is created with its steps normalised, its version 1 and a place in the list', async () => {
  const created = await createWorkflow({
    description: 'Draft from API',
    projectId: 101n,
    steps: json([
      { type: 'trigger', name: 'Start' },
      { type: 'log', name: 'Done', message: 'ok' },
    ]),
    integrations: json([{ provider: 'slack' }]),
  });
  expect(created).toMatchObject({ name: 'Nurture', status: DRAFT, version: 1, projectId: 101n });
  expect(parsed(created.integrations)).toEqual([{ provider: 'slack' }]);
  expect(parsed(created.steps)).toMatchObject([
    { type: 'trigger', name: 'Start', position: 0 },
    { id: expect.stringMatching(/^step_/), type: 'log', position: 1, config: { message: 'ok' } },
  ]);
  const { workflow } = await harness.workflows(editor).getWorkflow({ id: created.id });
  expect(workflow).toEqual(created);
});

test('every change is published once, in order, and a change that changes nothing is not', async () => {
  const { id } = await createWorkflow({ steps: referenceSteps });
  const workflows = harness.workflows(editor);
  await workflows.activateWorkflow({ id });
  await workflows.activateWorkflow({ id });
  await workflows.updateWorkflow({ id, updateMask: { paths: ['name'] }, name: 'Nurture' });
  await workflows.updateWorkflow({ id, updateMask: { paths: ['steps'] }, steps: json([{ type: 'end' }]) });
  await workflows.pauseWorkflow({ id });
  await workflows.archiveWorkflow({ id });
  await workflows.deleteWorkflow({ id });
  expect(await eventsOf(id, 6)).toEqual([
    '1 created v1',
    '2 updated v1',
    '3 updated v2',
    '4 updated v2',
    '5 archived v2',
    '6 deleted v2',
  ]);
});

test('the runtime gets each change before the caller gets its answer', async () => {
  const { id } = await createWorkflow({ steps: referenceSteps });
  await harness.workflows(editor).activateWorkflow({ id });
  await harness.workflows(editor).deleteWorkflow({ id });
  const applied = harness.applied.filter((request) => request.workflow?.id === id);
  expect(applied.map(({ sequence, workflow, deleted }) => [sequence, workflow?.status, deleted])).toEqual([
    [1n, DRAFT, false],
    [2n, ACTIVE, false],
    [3n, ACTIVE, true],
  ]);
});

test('without its event a change does not happen', async () => {
  const { id } = await createWorkflow();
  await harness.db.schema.alterTable('outbox').renameTo('outbox_away').execute();
  try {
    const update = harness.workflows(editor).updateWorkflow({ id, updateMask: { paths: ['name'] }, name: 'Lost' });
    expect(await refusal(update)).toMatchObject({ error: 'internal internal_error' });
  } finally {
    await harness.db.schema.alterTable('outbox_away').renameTo('outbox').execute();
  }
  const { workflow } = await harness.workflows(editor).getWorkflow({ id });
  expect(workflow?.name).toBe('Nurture');
});

test('a change is answered although the runtime is away', async () => {
  harness.peers.unregister(serviceOf('enrollments'));
  try {
    expect(await createWorkflow()).toMatchObject({ name: 'Nurture' });
  } finally {
    harness.registerRuntime();
  }
});

test('a new version leaves the former one as it was', async () => {
  const { id } = await createWorkflow({ steps: referenceSteps });
  const steps = json([{ type: 'log', config: { message: 'new' } }]);
  const { workflow } = await harness.workflows(editor).updateWorkflow({ id, updateMask: { paths: ['steps'] }, steps });
  expect(workflow?.version).toBe(2);
  const versions = await harness.db
    .selectFrom('workflow_versions')
    .select(['version', 'steps'])
    .where('workflow_id', '=', id)
    .orderBy('version')
    .execute();
  expect(versions.map(({ version, steps }) => [version, JSON.parse(steps).length])).toEqual([
    [1, 2],
    [2, 1],
  ]);
});

test('the same steps sent again, with or without their ids, make no new version', async () => {
  const created = await createWorkflow({ steps: referenceSteps });
  for (const steps of [created.steps, referenceSteps]) {
    const { workflow } = await harness
      .workflows(editor)
      .updateWorkflow({ id: created.id, updateMask: { paths: ['steps'] }, steps });
    expect(workflow).toEqual(created);
  }
});

test('null clears what may be empty, and what the mask does not name stays', async () => {
  const { id } = await createWorkflow({ description: 'old', projectId: 101n, integrations: json([1]) });
  const { workflow } = await harness
    .workflows(editor)
    .updateWorkflow({ id, updateMask: { paths: ['description', 'project_id', 'integrations'] } });
  expect([workflow?.name, workflow?.description, workflow?.projectId]).toEqual(['Nurture', undefined, undefined]);
  expect(parsed(workflow?.integrations)).toEqual([]);
});

test('numbers in free JSON come back with every digit', async () => {
  const text = '[{"type":"set_fields","config":{"fields":{"price":1.10,"id":90071992547409931}}}]';
  const created = await createWorkflow({ steps: new TextEncoder().encode(text) });
  expect(new TextDecoder().decode(created.steps)).toContain('{"price":1.10,"id":90071992547409931}');
});

test('two updates at the same time both happen, one after the other', async () => {
  const { id } = await createWorkflow({ steps: referenceSteps });
  const send = (message: string) =>
    harness.workflows(editor).updateWorkflow({
      id,
      updateMask: { paths: ['steps'] },
      steps: json([{ type: 'log', config: { message } }]),
    });
  const answers = await Promise.all(['a', 'b', 'c', 'd'].map(send));
  expect(answers.map(({ workflow }) => workflow?.version).toSorted()).toEqual([2, 3, 4, 5]);
  const { workflow } = await harness.workflows(editor).getWorkflow({ id });
  expect(workflow?.version).toBe(5);
});

test('creating twice with one key creates once, and announces once', async () => {
  const headers = { 'idempotency-key': 'create-1' };
  const [first, second] = [await createWorkflow({}, headers), await createWorkflow({}, headers)];
  expect(second).toEqual(first);
  expect(await eventsOf(first.id, 1)).toEqual(['1 created v1']);
  expect(harness.applied.filter(({ workflow }) => workflow?.id === first.id)).toHaveLength(1);
  const other = harness.workflows(editor).createWorkflow({ name: 'Other' }, { headers });
  expect(await refusal(other)).toMatchObject({ error: 'invalid idempotency_key_reused' });
});

test('a deleted workflow is gone for every operation, and deleting it again says so', async () => {
  const { id } = await createWorkflow();
  await harness.workflows(editor).deleteWorkflow({ id });
  for (const call of everyOperation(id)) expect(await refusal(call())).toEqual(unknownWorkflow);
});

test("another organization's workflow answers like one that does not exist, and stays as it is", async () => {
  const created = await createWorkflow();
  for (const call of everyOperation(created.id, stranger)) expect(await refusal(call())).toEqual(unknownWorkflow);
  const { workflow } = await harness.workflows(editor).getWorkflow({ id: created.id });
  expect(workflow).toEqual(created);
});

test('any status may follow any other, and reactivating says active', async () => {
  const { id } = await createWorkflow({ steps: referenceSteps, status: ARCHIVED });
  const workflows = harness.workflows(editor);
  expect((await workflows.pauseWorkflow({ id })).workflow?.status).toBe(PAUSED);
  expect((await workflows.activateWorkflow({ id })).workflow?.status).toBe(ACTIVE);
  const draft = await workflows.updateWorkflow({ id, updateMask: { paths: ['status'] }, status: DRAFT });
  expect(draft.workflow?.status).toBe(DRAFT);
});

const unknownWorkflow = { error: 'not_found workflow_not_found', fields: {} };

function everyOperation(id: bigint, caller = editor): (() => Promise<unknown>)[] {
  const workflows = harness.workflows(caller);
  return [
    () => workflows.getWorkflow({ id }),
    () => workflows.updateWorkflow({ id, updateMask: { paths: ['name'] }, name: 'Taken' }),
    () => workflows.testWorkflow({ id }),
    () => workflows.activateWorkflow({ id }),
    () => workflows.pauseWorkflow({ id }),
    () => workflows.archiveWorkflow({ id }),
    () => workflows.deleteWorkflow({ id }),
  ];
}
