import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { json, refusal } from './requests.ts';
import { turnsDuring } from './turns-during.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

/** Maximum number of units in one turn: the units of one step, and the units already in the turn before that step. */
const mostUnits = 4 * 1024 * 1024 + 320 * 1024;

function requireSliced(turns: readonly { units: number; round: number }[]): void {
  expect(Math.max(...turns.map(({ units }) => units))).toBeLessThanOrEqual(mostUnits);
  expect(new Set(turns.map(({ round }) => round)).size).toBe(turns.length);
}

/** Steps of about 237 KB that take the maximum work to read, to compile and to run. */
const heavy = json(
  Array.from({ length: 30 }, (_, index) => ({
    ...{ id: `s${index}`, type: 'log' },
    message: '{{ first_name | append: long }}'.repeat(200).padEnd(7_900),
  })),
);
const sampleData = json({ long: 'x'.repeat(1_000) });
const light = json([{ type: 'log', message: 'Hello {{ first_name }}' }]);

test('of thirty test runs at once two of an organization run and the others are refused; another organization is served between', async () => {
  const { result, turns } = await turnsDuring(async () => {
    const many = Array.from({ length: 30 }, () =>
      refusal(harness.workflows(editor).testSteps({ steps: heavy, sampleData })),
    );
    const other = await harness.workflows(stranger).testSteps({ steps: light });
    return { outcomes: await Promise.all(many), other };
  });
  const refused = result.outcomes.filter((outcome) => outcome !== undefined);
  expect(refused).toHaveLength(28);
  expect(new Set(refused.map(({ error }) => error))).toEqual(new Set(['resource_exhausted too_much_at_once']));
  expect(result.other.status).toBe('completed');
  requireSliced(turns);
  const organizations = turns.map(({ organization }) => organization);
  const [of, other] = [String(editor.organizationId), String(stranger.organizationId)];
  expect(organizations.filter((one) => one === of).length).toBeGreaterThan(10);
  expect(organizations.lastIndexOf(of)).toBeGreaterThan(organizations.lastIndexOf(other));
  // Both places of the organization are free again.
  expect((await harness.workflows(editor).testSteps({ steps: light })).status).toBe('completed');
});

test.each<[string, () => Promise<unknown>]>([
  ['a save', () => harness.workflows(editor).createWorkflow({ name: 'Heavy', steps: heavy })],
  ['a check', () => harness.workflows(editor).validateWorkflow({ steps: heavy })],
  ['a rendering', () => harness.workflows(editor).renderTemplate({ template: '{{ a | upcase }}'.repeat(4_000) })],
])('%s of the largest size is done part by part', async (_name, call) => {
  const { turns } = await turnsDuring(call);
  expect(turns.reduce((sum, { units }) => sum + units, 0)).toBeGreaterThan(1_000_000);
  requireSliced(turns);
});

test('saves wait for each other, and none is refused', async () => {
  const saves = Array.from({ length: 12 }, () =>
    refusal(harness.workflows(editor).createWorkflow({ name: 'A', steps: heavy })),
  );
  expect(await Promise.all(saves)).toEqual(saves.map(() => undefined));
});

test('steps are parsed once when an active workflow is saved, and not when a stored one is activated or read', async () => {
  const workflows = harness.workflows(editor);
  const unitsOf = async (call: () => Promise<unknown>) =>
    (await turnsDuring(call)).turns.reduce((sum, { units }) => sum + units, 0);
  const draft = await unitsOf(() => workflows.createWorkflow({ name: 'Draft', steps: heavy }));
  const active = await unitsOf(() =>
    workflows.createWorkflow({ name: 'Active', status: WorkflowStatus.ACTIVE, steps: heavy }),
  );
  expect(active).toBe(draft);
  const { workflow } = await workflows.createWorkflow({ name: 'Later', steps: heavy });
  expect(await unitsOf(() => workflows.activateWorkflow({ id: workflow?.id }))).toBe(0);
  expect(await unitsOf(() => workflows.getWorkflow({ id: workflow?.id }))).toBe(0);
});

const condition = (value: string) => ({ conditions: [{ field: 'a', operator: 'equals', value }] });
const room = 16 * 1024 - JSON.stringify(condition('')).length;

test.each<[string, string, (rule: object) => { steps: Uint8Array }]>([
  [
    'a trigger',
    'steps.0.config.filter',
    (filter) => ({ steps: json([{ type: 'trigger', kind: 'event', event_name: 'a', filter }]) }),
  ],
  [
    'a wait',
    'steps.0.config.match',
    (match) => ({ steps: json([{ type: 'wait_for_event', event_name: 'a.b', match }]) }),
  ],
])('the filter of %s may be as large as the bound, and no larger', async (_name, field, requestOf) => {
  const save = (value: string) =>
    refusal(harness.workflows(editor).createWorkflow({ name: 'Filtered', ...requestOf(condition(value)) }));
  expect(await save('x'.repeat(room))).toBeUndefined();
  expect(await save('x'.repeat(room + 1))).toMatchObject({
    error: 'malformed invalid_step_graph',
    fields: { [field]: expect.stringContaining('may be at most 16 KiB') },
  });
  expect(await save('{{a}}'.repeat(500))).toBeUndefined();
  expect(await save('{{a}}'.repeat(501))).toMatchObject({
    error: 'malformed invalid_step_graph',
    fields: { [field]: expect.stringContaining('may have at most 500 tags and outputs') },
  });
});

test('so is a goal, and what one template has in its tags', async () => {
  const save = (request: object) => refusal(harness.workflows(editor).createWorkflow({ name: 'Goals', ...request }));
  const goal = (value: string) => ({ goals: json([{ name: 'rich', ...condition(value) }]) });
  const ofGoal = 16 * 1024 - JSON.stringify({ name: 'rich', ...condition('') }).length;
  expect(await save(goal('x'.repeat(ofGoal)))).toBeUndefined();
  expect(await save(goal('x'.repeat(ofGoal + 1)))).toMatchObject({
    error: 'invalid validation_failed',
    fields: { 'goals.0': 'may be at most 16 KiB' },
  });
  const operands = (count: number) => ({
    steps: json([{ type: 'log', message: `{{ a | plus: ${'b,'.repeat(count)}b }}` }]),
  });
  expect(await save(operands(14_997))).toBeUndefined();
  expect(await save(operands(14_998))).toMatchObject({
    error: 'malformed invalid_step_graph',
    fields: { steps: expect.stringContaining('at most 30000 words and signs') },
  });
  const render = (count: number) =>
    refusal(harness.workflows(editor).renderTemplate({ template: `{{ a | plus: ${'b,'.repeat(count)}b }}` }));
  expect(await render(14_997)).toBeUndefined();
  expect(await render(14_998)).toMatchObject({
    error: 'invalid validation_failed',
    fields: { template: expect.stringContaining('at most 30000 words and signs') },
  });
});
