import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';
import { json, parsed, refusal } from './requests.ts';

const steps = json([
  { type: 'trigger', name: 'Start', config: { frequency: 'hourly' } },
  { type: 'wait', name: 'Pause', config: { duration: 1, unit: 'hours' } },
  { type: 'set_fields', config: { fields: { greeting: 'Hello {{ first_name }} of {{ company_name }}' } } },
  { type: 'email', name: 'Welcome', config: { to: '{{ email }}', subject: '{{ greeting }}', body: 'Hi' } },
  { type: 'webhook_callback', config: { url: 'https://hooks.example.com/{{ lead_ref }}', payload: { a: 1 } } },
]);

let harness: Harness;
let id: bigint | undefined;
beforeAll(async () => {
  harness = await startHarness();
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Tried', steps });
  id = workflow?.id;
});
afterAll(() => harness.stop());

const run = (request: object) => harness.workflows(editor).testWorkflow({ id, ...request });

test('a test run walks every step, sends nothing and says what it would do', async () => {
  const result = await run({ fixtureProfile: 'full' });
  expect(result).toMatchObject({ workflowId: id, version: 1, status: 'completed', mode: 'test', errors: [] });
  expect(result.testFixtureProfile).toBe('demo');
  expect(result.steps.map((step) => [step.stepIndex, step.stepNumber, step.type, step.status])).toEqual([
    [0, 1, 'trigger', 'succeeded'],
    [1, 2, 'wait', 'succeeded'],
    [2, 3, 'set_fields', 'succeeded'],
    [3, 4, 'email', 'succeeded'],
    [4, 5, 'webhook_callback', 'succeeded'],
  ]);
  const logs = result.steps.flatMap((step) => step.logs).join('\n');
  expect(logs).toMatch(/\[test\] Would send email to ada@example.com: "Hello Ada of Analytical Engines Ltd"/);
  expect(logs).toMatch(/\[test\] Would send POST https:\/\/hooks.example.com\/demo-lead-1/);
  expect(parsed(result.sampleData)).toMatchObject({ greeting: 'Hello Ada of Analytical Engines Ltd' });
});

test('the payload is merged over the fixture, and the first of several counts', async () => {
  const payload = { first_name: 'Grace', address: { city: 'Arlington' } };
  const result = await run({ sampleData: json(payload), input: json({ first_name: 'No' }) });
  expect(result.testFixtureProfile).toBe('minimal');
  expect(parsed(result.sampleData)).toMatchObject({ ...payload, last_name: 'Lovelace' });
  expect(parsed((await run({ runtimePayload: json({ score: 1 }) })).sampleData)).toMatchObject({ score: 1 });
});

test('a payload that is no object and an unknown fixture are refused', async () => {
  expect(await refusal(run({ input: json([1]) }))).toEqual({
    error: 'invalid validation_failed',
    fields: { input: 'must be an object' },
  });
  expect(await refusal(run({ fixtureProfile: 'huge' }))).toMatchObject({ error: 'invalid unknown_fixture_profile' });
});

test('the catalog lists each step type that runs, with an example that validates', async () => {
  const { stepTypes, totalCount } = await harness.workflows(editor).listStepTypes({});
  expect(BigInt(stepTypes.length)).toBe(totalCount);
  expect(stepTypes.map(({ type }) => type)).toEqual(expect.arrayContaining(['trigger', 'wait', 'email', 'end']));
  for (const { type, example, configSchema, fields } of stepTypes) {
    expect({ type, schema: parsed(configSchema) }).toMatchObject({ schema: { type: 'object' } });
    for (const field of fields) expect(parsed(field.default)).toBeDefined();
    const created = harness.workflows(editor).createWorkflow({ name: type, steps: json([parsed(example)]) });
    expect({ type, refusal: await refusal(created) }).toEqual({ type, refusal: undefined });
  }
});

test('a test run that needs more work than a request may do ends, and says so', async () => {
  const heavy = { type: 'log', config: { message: '{{ long }}{{ long }}{{ long }}' } };
  const { workflow } = await harness
    .workflows(editor)
    .createWorkflow({ name: 'Heavy', steps: json(Array(10).fill(heavy)) });
  const sampleData = json({ long: 'x'.repeat(500_000) });
  const result = await harness.workflows(editor).testWorkflow({ id: workflow?.id, sampleData });
  expect(result.status).toBe('failed');
  expect(result.errors.map(({ message }) => message).join()).toContain('work_limit_exceeded');
});

test('a template whose outputs are many is refused when it is saved', async () => {
  const steps = json([{ type: 'log', config: { message: '{{a}}'.repeat(20_000) } }]);
  expect(await refusal(harness.workflows(editor).createWorkflow({ name: 'Many', steps }))).toMatchObject({
    error: 'malformed invalid_step_graph',
  });
});
