import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';
import { json, refusal } from './requests.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const viewer = { ...editor, role: 'viewer' as const };
const mail = (from: string, more = {}) => json([{ type: 'email', subject: 'Hi', body: 'Hi', from, ...more }]);
const refused = async (call: Promise<unknown>) => (await refusal(call))?.error;
const create = (steps: Uint8Array) => refused(harness.workflows(editor).createWorkflow({ name: 'Mail', steps }));

test.each([
  ['ada@verified.example', undefined],
  ['Ada <ada@verified.example>', undefined],
  ['{{ owner }}@verified.example', undefined],
  // The address is known only when the step runs.
  ['{{ owner_email }}', undefined],
  ['ada@other.example', 'invalid sender_not_verified'],
  ['Ada <ada@other.example>', 'invalid sender_not_verified'],
  ['{{ owner }}@other.example', 'invalid sender_not_verified'],
])('a step may be from %s: %s', async (from, expected) => {
  expect(await create(mail(from))).toBe(expected);
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Mail' });
  const update = { id: workflow?.id ?? 0n, steps: mail(from), updateMask: { paths: ['steps'] } };
  expect(await refused(harness.workflows(editor).updateWorkflow(update))).toBe(expected);
  const { valid, problems } = await harness.workflows(viewer).validateWorkflow({ steps: mail(from) });
  const problem = { path: 'steps.0.config.from', step: 0, code: 'not_allowed' };
  expect([valid, problems]).toMatchObject(expected === undefined ? [true, []] : [false, [problem]]);
});

test('a provider decides by itself whom it sends as', async () => {
  expect(await create(mail('ada@other.example', { integration_id: 'sendgrid' }))).toBeUndefined();
});

test('a test mail is rendered from sample data, and goes to the address of the caller', async () => {
  const steps = json([
    { type: 'email', id: 'mail', to: 'boss@example.org', subject: 'Hi {{ first_name }}', body: 'Hi', on_error: 'log' },
    { type: 'log', id: 'log', message: 'x' },
  ]);
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Mail', steps });
  const id = workflow?.id ?? 0n;
  const sampleData = json({ first_name: 'Ada' });
  const answer = await harness.workflows(editor).sendTestMail({ id, stepId: 'mail', sampleData });
  expect(answer).toMatchObject({ sent: true, to: 'user1@example.org' });
  expect(harness.mailed).toMatchObject([{ to: 'user1@example.org', request: expect.stringContaining('"Hi Ada"') }]);
  expect(await refused(harness.workflows(editor).sendTestMail({ id, stepId: 'log' }))).toBe(
    'failed_precondition step_sends_no_mail',
  );
  expect(await refused(harness.workflows(editor).sendTestMail({ id, stepId: 'none' }))).toBe(
    'not_found step_not_found',
  );
});
