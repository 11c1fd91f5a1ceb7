import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, gateway, type Harness, startHarness, tester } from './harness.ts';
import { collect, json, parsed, refusal } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const create = (request: object) => refusal(harness.workflows(editor).createWorkflow(request));

test('a missing name is malformed, an empty one invalid', async () => {
  expect(await create({})).toEqual({ error: 'malformed parameter_missing', fields: { name: 'is required' } });
  expect(await create({ name: ' ' })).toMatchObject({ fields: { name: 'must not be empty' } });
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Named' });
  const clear = harness.workflows(editor).updateWorkflow({ id: workflow?.id, updateMask: { paths: ['name'] } });
  expect(await refusal(clear)).toMatchObject({ fields: { name: 'must not be empty' } });
});

test('all that is wrong with the plain members is said at once', async () => {
  const request = { name: 'n'.repeat(256), description: 'd'.repeat(10_001), integrations: json({ not: 'an array' }) };
  expect(await create(request)).toEqual({
    error: 'invalid validation_failed',
    fields: {
      name: 'must be at most 255 characters long',
      description: 'must be at most 10000 characters long',
      integrations: 'must be an array',
    },
  });
});

test('a graph that cannot run is refused with the index of each bad step', async () => {
  const steps = json([
    { type: 'trigger', name: 'Start' },
    { type: 'carrier_pigeon' },
    { type: 'wait', config: { duration: 0, unit: 'hours' } },
  ]);
  const refused = await create({ name: 'Bad', steps });
  expect(refused?.error).toBe('malformed invalid_step_graph');
  expect(Object.keys(refused?.fields ?? {})).toEqual(['steps.1.type', 'steps.2.config.duration']);
  expect(refused?.fields).toMatchObject({ 'steps.2.config.duration': 'Step 2 (wait): duration must be at least 1' });
});

test('a strict call refuses parameters that the type of a step does not list, and an ordinary one keeps them', async () => {
  const request = { name: 'Strict', steps: json([{ type: 'log', config: { message: 'x', leval: 'warn' } }]) };
  const strictly = { headers: { 'x-handling': 'strict' } };
  const unknown = {
    error: 'malformed unknown_member',
    fields: { 'steps.0.config.leval': 'Step 0 (log): leval is not a known member; did you mean level?' },
  };
  const workflows = harness.workflows(editor);
  expect(await refusal(workflows.createWorkflow(request, strictly))).toEqual(unknown);
  const { workflow } = await workflows.createWorkflow(request);
  expect(parsed(workflow?.steps)).toMatchObject([{ config: { leval: 'warn' } }]);
  const change = { id: workflow?.id, steps: request.steps, updateMask: { paths: ['steps'] } };
  expect(await refusal(workflows.updateWorkflow(change, strictly))).toEqual(unknown);
});

test('a callback to a private address is refused, one whose URL is a template is not', async () => {
  const callback = (url: string) => ({
    name: 'Callback',
    steps: json([{ type: 'webhook_callback', config: { url } }]),
  });
  for (const url of ['https://127.0.0.1/x', 'https://localhost/x', 'https://[::ffff:10.0.0.1]/x']) {
    expect(await create(callback(url))).toMatchObject({
      error: 'malformed invalid_step_graph',
      fields: { 'steps.0.config.url': expect.stringContaining('Step 0 (webhook_callback): url') },
    });
  }
  expect(await create(callback('https://{{ host }}/x'))).toBeUndefined();
});

test('an active workflow needs a step, whichever way it becomes active', async () => {
  const bad = { error: 'malformed invalid_step_graph' };
  expect(await create({ name: 'Empty', status: WorkflowStatus.ACTIVE })).toMatchObject(bad);
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Empty' });
  const id = workflow?.id;
  expect(await refusal(harness.workflows(editor).activateWorkflow({ id }))).toMatchObject(bad);
  const update = { id, updateMask: { paths: ['status'] }, status: WorkflowStatus.ACTIVE };
  expect(await refusal(harness.workflows(editor).updateWorkflow(update))).toMatchObject(bad);
});

test("an unknown project and another organization's are refused alike", async () => {
  const unknown = { error: 'not_found project_not_found', fields: {} };
  expect(await create({ name: 'Lost', projectId: 999n })).toEqual(unknown);
  expect(await create({ name: 'Lost', projectId: 201n })).toEqual(unknown);
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Kept' });
  const move = { id: workflow?.id, updateMask: { paths: ['project_id'] }, projectId: 201n };
  expect(await refusal(harness.workflows(editor).updateWorkflow(move))).toEqual(unknown);
});

test('viewers and approvers read and do not write', async () => {
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Read only' });
  const id = workflow?.id;
  for (const role of ['viewer', 'approver'] as const) {
    const workflows = harness.workflows({ ...editor, role });
    expect((await workflows.getWorkflow({ id })).workflow).toEqual(workflow);
    const writes = [
      workflows.createWorkflow({ name: 'No' }),
      workflows.updateWorkflow({ id, updateMask: { paths: ['name'] }, name: 'No' }),
      workflows.testWorkflow({ id }),
      workflows.activateWorkflow({ id }),
      workflows.pauseWorkflow({ id }),
      workflows.archiveWorkflow({ id }),
      workflows.deleteWorkflow({ id }),
    ];
    for (const write of writes)
      expect(await refusal(write)).toMatchObject({ error: expect.stringContaining('denied') });
  }
});

test('a test key creates test workflows, changes those, and reads live ones without changing them', async () => {
  const byTestKey = harness.workflows(tester);
  const { workflow: trial } = await byTestKey.createWorkflow({ name: 'Trial' });
  expect(trial).toMatchObject({ mode: Mode.TEST });
  const { workflow: paused } = await byTestKey.pauseWorkflow({ id: trial?.id });
  expect(paused).toMatchObject({ mode: Mode.TEST, status: WorkflowStatus.PAUSED });
  const { workflow: live } = await harness.workflows(editor).createWorkflow({ name: 'Real' });
  const id = live?.id;
  expect(live).toMatchObject({ mode: Mode.LIVE });
  expect(await byTestKey.getWorkflow({ id })).toEqual({ ...(await harness.workflows(editor).getWorkflow({ id })) });
  const changes = [
    byTestKey.updateWorkflow({ id, updateMask: { paths: ['name'] }, name: 'No' }),
    byTestKey.activateWorkflow({ id }),
    byTestKey.pauseWorkflow({ id }),
    byTestKey.archiveWorkflow({ id }),
    byTestKey.deleteWorkflow({ id }),
  ];
  for (const change of changes) {
    expect(await refusal(change)).toMatchObject({ error: 'permission_denied test_mode' });
  }
  expect((await harness.workflows(editor).getWorkflow({ id })).workflow).toEqual(live);
});

test('only services read the change log', async () => {
  const read = async (caller: typeof editor) => collect(harness.catalog(caller).listChanges({}));
  expect(await refusal(read(editor))).toMatchObject({ error: 'permission_denied service_required' });
  expect(await refusal(read(gateway))).toBeUndefined();
});
