import { createSealer } from '@drippulse/db';
import type { Step } from '@drippulse/engine';
import { hide, type RequestTexts, sealHidden, stepsContext } from '@drippulse/secrets';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Harness, startHarness, workflowsService } from './harness.ts';
import { json, parsed, type StepInput, workflowOf } from './workflow.ts';

let receiver: Receiver;
let harness: Harness;
/** Whether this process has no descriptors left for connections. */
let isShort = false;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    async resolve() {
      if (isShort) throw Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
      return ['127.0.0.1'];
    },
  });
});
afterEach(() => {
  isShort = false;
  receiver.clear();
  receiver.answer({});
});
afterAll(async () => {
  await harness.stop();
  await receiver.stop();
});

const trigger = { type: 'trigger' };

/** Applies a workflow as the workflows service does: with masked steps, and with the sealed box of their secrets. */
async function applySealed(steps: StepInput[]): Promise<bigint> {
  const workflow = workflowOf(steps);
  const hidden = new Map<string, RequestTexts>();
  const shown = (parsed(workflow.steps) as Step[]).map((step) => {
    const config = hide(step.config);
    if (config.hidden) hidden.set(step.id, config.hidden);
    return { ...step, config: config.shown };
  });
  const sealer = createSealer(harness.config.encryptionKeys);
  const sealedSteps = sealHidden(sealer, stepsContext(workflow.id), hidden) ?? new Uint8Array();
  const applied = { ...workflow, steps: json(shown) };
  await harness
    .runtime(workflowsService)
    .applyWorkflow({ sequence: 1n, workflow: applied, deleted: false, sealedSteps });
  return workflow.id;
}

async function enroll(workflowId: bigint) {
  const contacts = json([{ email: 'a@x.org' }]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts });
  const id = enrollmentIds[0] ?? 0n;
  const lines = () =>
    harness.db.selectFrom('timeline_lines').selectAll().where('enrollment_id', '=', id).orderBy('sequence').execute();
  const line = (status: string) =>
    eventually(async () => {
      const found = (await lines()).find((entry) => entry.step_index === 1 && entry.status === status);
      expect(found).toBeDefined();
      return found;
    });
  return { id, line };
}

/** Returns all rows of an enrollment and its workflow, as text. */
async function keptOf(workflowId: bigint, id: bigint): Promise<string> {
  const tables = [
    await harness.db.selectFrom('workflow_versions').selectAll().where('workflow_id', '=', workflowId).execute(),
    await harness.db.selectFrom('effects').selectAll().where('enrollment_id', '=', id).execute(),
    await harness.db.selectFrom('timeline_lines').selectAll().where('enrollment_id', '=', id).execute(),
    await harness.db.selectFrom('run_data').selectAll().where('enrollment_id', '=', id).execute(),
    (await harness.enrollments().getEnrollment({ workflowId, id })).enrollment,
  ];
  return JSON.stringify(tables, (_key, value) => {
    if (typeof value === 'bigint') return String(value);
    return value?.type === 'Buffer' || value instanceof Uint8Array
      ? Buffer.from(value.data ?? value).toString('latin1')
      : value;
  });
}

test('credentials of a callback are sent, the same on a repeat, and kept nowhere in clear, not in an echo either', async () => {
  const callback = {
    type: 'webhook_callback',
    id: 'tell',
    url: `${receiver.url}/hook?api_key=query-planted-1&x={{ email }}`,
    headers: { Authorization: 'Bearer header-planted-2', 'X-Tenant': 'acme' },
    payload: { n: 1 },
    retry: { max_attempts: 3, backoff_seconds: 1 },
  };
  const workflowId = await applySealed([trigger, callback]);
  const echo = 'you sent Bearer header-planted-2 and query-planted-1';
  const inHtml = echo.replaceAll('header-', 'header&#45;').replaceAll('query-', 'query%2d');
  receiver.answerNext({ status: 503, body: `${echo} ${inHtml}` });
  const pem = `-----BEGIN PRIVATE KEY-----\n${'aB3d'.repeat(20)}\n-----END PRIVATE KEY-----`;
  const answer = { echo, inHtml, pem, id: 7, [echo]: true };
  receiver.answer({ status: 200, body: JSON.stringify(answer).replaceAll('-', '\\u002d') });
  const run = await enroll(workflowId);
  await run.line('retrying');
  harness.pass(5_000);
  await run.line('succeeded');
  const [first, second] = receiver.requests;
  expect(first).toMatchObject({ url: '/hook?api_key=query-planted-1&x=a@x.org' });
  expect(first?.headers).toMatchObject({ authorization: 'Bearer header-planted-2', 'x-tenant': 'acme' });
  expect(first).toEqual({ ...second, at: first?.at, senderPort: first?.senderPort });
  const kept = await keptOf(workflowId, run.id);
  expect(kept).not.toMatch(/planted|aB3daB3d/);
  expect(kept).toContain('[redacted]');
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: run.id });
  expect(parsed(enrollment?.data)).toMatchObject({ response: { status: 200, body: { id: 7, pem: '[redacted]' } } });
});

test('a process without descriptors uses up no try of an effect', async () => {
  const url = `http://hooks.example.com:${receiver.port}/`;
  const callback = { type: 'webhook_callback', id: 'tell', url, retry: { max_attempts: 1, backoff_seconds: 1 } };
  const workflowId = await applySealed([trigger, callback]);
  isShort = true;
  const run = await enroll(workflowId);
  const stored = () =>
    harness.db.selectFrom('effects').select(['attempt', 'status']).where('enrollment_id', '=', run.id).execute();
  await eventually(async () => expect(await stored()).toEqual([{ attempt: 0, status: 'pending' }]));
  harness.pass(10_000);
  expect(await stored()).toEqual([{ attempt: 0, status: 'pending' }]);
  isShort = false;
  harness.pass(10_000);
  const line = await run.line('succeeded');
  expect(line?.attempt).toBe(1);
  expect(receiver.requests).toHaveLength(1);
});
