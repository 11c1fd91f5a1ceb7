import { WorkflowClass } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { json, parsed, refusal } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const steps = json([
  { id: 'start', type: 'trigger' },
  { id: 'done', type: 'log', message: 'Done' },
]);
const goals = [{ name: 'bought', event_name: 'order.paid', action: 'jump', go_to: 'done' }];
const settings = {
  goals: json(goals),
  reEntry: json({ mode: 'min_gap', min_gap: { duration: 1, unit: 'days' } }),
  holdout: json({ percent: 10 }),
  priority: 80,
  class: WorkflowClass.TRANSACTIONAL,
};

async function made(more = {}) {
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Sells', steps, ...more });
  if (workflow === undefined) throw new Error('nothing was made');
  return workflow;
}

async function changed(id: bigint, paths: string[], more = {}) {
  const { workflow } = await harness.workflows(editor).updateWorkflow({ id, updateMask: { paths }, ...more });
  return workflow;
}

test('settings are part of the version, which the runtime gets, and every answer shows them with their defaults', async () => {
  const plain = await made();
  expect([parsed(plain.goals), parsed(plain.reEntry), parsed(plain.holdout)]).toEqual([[], { mode: 'always' }, null]);
  expect(plain).toMatchObject({ version: 1, priority: 50, class: WorkflowClass.MARKETING });
  const workflow = await made(settings);
  expect(parsed(workflow.goals)).toEqual([{ match: 'all', ...goals[0] }]);
  expect(workflow).toMatchObject({ priority: 80, class: WorkflowClass.TRANSACTIONAL });
  expect(harness.applied.at(-1)?.workflow).toEqual(workflow);
  const after = await changed(workflow.id, ['priority'], { priority: 10 });
  expect(after).toMatchObject({ version: 2, priority: 10 });
  expect(parsed(after?.goals)).toEqual(parsed(workflow.goals));
  const { version } = await harness.workflows(editor).getWorkflowVersion({ workflowId: workflow.id, version: 1 });
  expect(version).toMatchObject({ priority: 80, goals: workflow.goals, reEntry: workflow.reEntry });
});

test('what changes nothing makes no version, and null brings the default back', async () => {
  const { id } = await made(settings);
  expect(await changed(id, ['goals', 'priority'], settings)).toMatchObject({ version: 1 });
  const cleared = await changed(id, ['goals', 're_entry', 'holdout', 'priority', 'class']);
  expect(cleared).toMatchObject({ version: 2, priority: 50, class: WorkflowClass.MARKETING });
  expect([parsed(cleared?.goals), parsed(cleared?.reEntry), parsed(cleared?.holdout)]).toEqual([
    [],
    { mode: 'always' },
    null,
  ]);
  expect(
    await changed(id, ['priority', 're_entry'], { priority: 50, reEntry: json({ mode: 'ALWAYS' }) }),
  ).toMatchObject({ version: 2 });
});

test('settings that do not fit are refused with their paths, whichever of settings and steps changes', async () => {
  const bad = { goals: json([{ ...goals[0], go_to: 'gone' }, { name: 'x' }]), reEntry: json({ mode: 'once' }) };
  expect(await refusal(made(bad))).toMatchObject({
    error: 'invalid validation_failed',
    fields: { 'goals.1.event_name': expect.any(String), 're_entry.mode': expect.any(String) },
  });
  expect(await refusal(made({ goals: json([{ ...goals[0], go_to: 'gone' }]) }))).toMatchObject({
    fields: { 'goals.0.go_to': 'names no step: gone' },
  });
  const { id } = await made(settings);
  const others = json([{ id: 'other', type: 'log', message: 'x' }]);
  expect(await refusal(changed(id, ['steps'], { steps: others }))).toMatchObject({
    error: 'invalid validation_failed',
    fields: { 'goals.0.go_to': 'names no step: done' },
  });
  expect(await changed(id, ['steps', 'goals'], { steps: others, goals: json([]) })).toMatchObject({ version: 2 });
});

test('a validation says of settings what a save would say, also for a workflow that is there', async () => {
  const check = (request: object) => harness.workflows(editor).validateWorkflow({ steps, ...request });
  expect((await check(settings)).valid).toBe(true);
  const { problems } = await check({ holdout: json({ percent: 200 }), goals: json([{ ...goals[0], go_to: 'don' }]) });
  expect(problems.map(({ path, code }) => [path, code])).toEqual([['holdout.percent', 'range']]);
  const { id: workflowId } = await made(settings);
  const others = json([{ id: 'other', type: 'log', message: 'x' }]);
  const ofSteps = await harness.workflows(editor).validateWorkflow({ workflowId, steps: others });
  expect(ofSteps.problems.map(({ path, code, step }) => [path, code, step])).toEqual([
    ['goals.0.go_to', 'not_found', undefined],
  ]);
});

test('a copy is a new draft with everything of its original, credentials included', async () => {
  const secret = json([
    { id: 'tell', type: 'webhook_callback', config: { url: 'https://8.8.8.8/in?token=planted-1' } },
  ]);
  const original = await made({
    ...settings,
    goals: json([]),
    steps: secret,
    description: 'Why',
    status: 2,
    projectId: 101n,
  });
  const { workflow: copy } = await harness.workflows(editor).duplicateWorkflow({ id: original.id });
  expect(copy).toMatchObject({
    name: 'Copy of Sells',
    description: 'Why',
    status: 1,
    version: 1,
    projectId: 101n,
    priority: 80,
  });
  expect(copy?.steps).toEqual(original.steps);
  const applied = harness.applied.at(-1);
  expect(applied?.workflow?.id).toBe(copy?.id);
  expect(applied?.sealedSteps.length).toBeGreaterThan(0);
  const named = await harness.workflows(editor).duplicateWorkflow({ id: original.id, name: 'Other' });
  expect(named.workflow?.name).toBe('Other');
  const long = await made({ name: 'x'.repeat(255) });
  expect((await harness.workflows(editor).duplicateWorkflow({ id: long.id })).workflow?.name).toHaveLength(255);
  // A test key reads live workflows without their credentials.
  expect(await refusal(harness.workflows(tester).duplicateWorkflow({ id: original.id }))).toMatchObject({
    error: 'invalid secret_needed',
  });
  const { workflow: plain } = await harness.workflows(tester).duplicateWorkflow({ id: long.id });
  expect(plain?.mode).not.toBe(long.mode);
  expect(await refusal(harness.workflows(stranger).duplicateWorkflow({ id: original.id }))).toMatchObject({
    error: 'not_found workflow_not_found',
  });
});

test('templates are rendered as a mail would be, with warnings, on a contact or a fixture', async () => {
  const render = (request: object) => harness.workflows({ ...editor, role: 'viewer' }).renderTemplate(request);
  expect(await render({ template: 'Hi {{ first_name }} {{ nickname }}' })).toMatchObject({
    text: 'Hi Ada ',
    warnings: ['nickname is missing and was rendered empty'],
  });
  const contact = json({ first_name: '<b>Bo</b>', big: 1.5 });
  expect(
    await render({ subject: 'To {{ first_name }}\n!', body: '<p>{{ first_name }} {{ big }}</p>', contact }),
  ).toMatchObject({
    subject: 'To <b>Bo</b> !',
    body: '<p>&lt;b&gt;Bo&lt;/b&gt; 1.5</p>',
    isHtml: true,
  });
  const date = { template: '{{ last_activity_at | date: "%H:%M" }}', fixtureProfile: 'demo', timezone: 'Asia/Kolkata' };
  expect((await render(date)).text).toBe('15:00');
  expect(await refusal(render({}))).toMatchObject({ error: 'malformed parameter_missing' });
  expect(await refusal(render({ template: '{{ a', subject: 'x' }))).toMatchObject({
    error: 'invalid validation_failed',
  });
  expect(await refusal(render({ template: '{{ a' }))).toMatchObject({
    fields: { template: expect.stringContaining('is not a valid template') },
  });
  expect(await refusal(render({ body: '{% include "x" %}' }))).toMatchObject({ fields: { body: expect.any(String) } });
  expect(await refusal(render({ template: 'x', contact: json([]) }))).toMatchObject({
    fields: { contact: 'must be an object' },
  });
  expect(await refusal(render({ template: 'x', fixtureProfile: 'none' }))).toMatchObject({
    error: 'invalid unknown_fixture_profile',
  });
  expect(await refusal(render({ template: 'x', timezone: 'Mars/One' }))).toMatchObject({
    error: 'invalid invalid_timezone',
  });
});

test('the catalog lists what templates may use, each with an example', async () => {
  const { templates } = await harness.workflows(editor).listStepTypes({});
  expect(templates?.filters.find(({ name }) => name === 'upcase')).toMatchObject({ output: 'ADA' });
  expect(templates?.tags.length).toBeGreaterThan(5);
});
