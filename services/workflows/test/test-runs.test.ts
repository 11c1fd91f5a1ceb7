import { stepTypes } from '@drippulse/engine';
import { inRounds } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { json, parsed, refusal } from './requests.ts';

const steps = json([
  { type: 'trigger', name: 'Start', config: { frequency: 'hourly' } },
  { type: 'wait', name: 'Pause', config: { duration: 1, unit: 'hours' } },
  { type: 'set_fields', config: { fields: { greeting: 'Hello {{ first_name }} of {{ company_name }}' } } },
  { type: 'email', name: 'Welcome', config: { to: '{{ email }}', subject: '{{ greeting }}', body: 'Hi' } },
  { type: 'webhook_callback', config: { url: 'https://hooks.example.com/{{ lead_ref }}', payload: { a: 1 } } },
]);

/** The clock is stopped, so that two runs show the same times. */
const now = new Date('2026-05-01T09:00:00Z');
let harness: Harness;
let id: bigint | undefined;
beforeAll(async () => {
  harness = await startHarness({ resolve: async () => ['8.8.8.8'], clock: { now: () => now } });
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

test('steps that are not saved run as they do once they are saved', () =>
  inRounds(async (random) => {
    for (let round = 0; round < 25; round += 1) {
      const steps = random
        .some(stepTypes, 1 + random.below(8))
        .flatMap(({ type, example }, index) =>
          type === 'trigger' && index > 0 ? [] : [{ ...example, id: `s${index}` }],
        );
      const data = { sampleData: json({ score: random.below(100) }), fixtureProfile: random.pick(['minimal', 'demo']) };
      const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Saved', steps: json(steps) });
      const saved = await harness.workflows(editor).testWorkflow({ id: workflow?.id, ...data });
      const request = { steps: json(steps), workflowId: workflow?.id, ...data };
      const unsaved = await harness.workflows(editor).testSteps(request);
      const shown = ({ $typeName: _, version: __, steps: visited, ...run }: typeof saved | typeof unsaved) => ({
        ...run,
        steps: visited.map((step) => ({ ...step, durationMs: 0 })),
      });
      expect(shown(unsaved)).toEqual(shown(saved));
      expect(unsaved.version).toBeUndefined();
    }
  }));

test('steps that cannot be saved are not run, and say why as a save does', async () => {
  const steps = json([{ type: 'wait', config: { duration: 0, unit: 'hours' } }]);
  const [tried, saved] = await Promise.all([
    refusal(harness.workflows(editor).testSteps({ steps })),
    refusal(harness.workflows(editor).createWorkflow({ name: 'Bad', steps })),
  ]);
  expect(tried).toMatchObject({ error: 'malformed invalid_step_graph' });
  expect(tried).toEqual(saved);
});

test('steps without a workflow run too, and only for who may edit', async () => {
  const steps = json([{ type: 'log', message: 'Hello {{ first_name }}' }]);
  const run = await harness.workflows(tester).testSteps({ steps });
  expect([run.status, run.workflowId, run.version]).toEqual(['completed', undefined, undefined]);
  const byViewer = harness.workflows({ ...editor, role: 'viewer' }).testSteps({ steps });
  expect(await refusal(byViewer)).toMatchObject({ error: expect.stringContaining('denied') });
  const foreign = harness.workflows(stranger).testSteps({ steps, workflowId: id });
  expect(await refusal(foreign)).toMatchObject({ error: 'not_found workflow_not_found' });
});

test('a payload that is not an object and an unknown fixture are refused', async () => {
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

const atProviders = json([
  { type: 'email', id: 'mail', config: { to: '{{ email }}', integration_id: 'sg', subject: 'Hi', body: 'Hello' } },
  { type: 'alert', id: 'alert', config: { message: 'Hello' } },
  { type: 'email', id: 'own', config: { to: '{{ email }}', subject: 'Hi', body: 'Hello' } },
]);

test('a test run says what a live one would lack: SendGrid is skipped without a connection alone, other steps get a warning', async () => {
  const tried = async () => {
    const { steps: ran } = await harness.workflows(editor).testSteps({ steps: atProviders });
    return Object.fromEntries(ran.map((step) => [step.id, [step.status, step.logs.join('\n')]]));
  };
  expect(await tried()).toMatchObject({
    mail: ['succeeded', expect.stringContaining('[test] Would send email')],
    alert: ['succeeded', expect.not.stringContaining('Warning')],
  });
  const why = 'there is no connection with the key default';
  harness.integrations.unusable.set('sendgrid', why).set('slack', why);
  expect(await tried()).toMatchObject({
    mail: ['skipped', expect.stringContaining(`[test] Skipped: no usable connection for sendgrid: ${why}`)],
    alert: ['succeeded', expect.stringContaining(`[test] Warning: a live run has no usable connection: ${why}`)],
    own: ['succeeded', expect.not.stringContaining('Warning')],
  });
  harness.integrations.unusable.clear();
  // While the integrations service is unavailable, a SendGrid mail is skipped, and other steps get no warning about
  // connections.
  harness.integrations.unregister();
  expect(await tried()).toMatchObject({
    mail: ['skipped', expect.stringContaining('no usable connection for sendgrid')],
    alert: ['succeeded', expect.not.stringContaining('Warning')],
  });
  harness.integrations.register();
});
