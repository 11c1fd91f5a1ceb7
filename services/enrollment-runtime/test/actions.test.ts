import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';
import { apply, contacts, makeWorkflow, refusal, type StepInput, workflowOf } from './workflow.ts';

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  harness = await startHarness();
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await harness.stop();
});

const wait: StepInput[] = [
  { type: 'trigger' },
  { type: 'wait', duration: 1, unit: 'hours' },
  { type: 'log', message: 'x' },
];

async function enrollOne(steps: readonly StepInput[]) {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  const ref = { workflowId, id: enrollmentIds[0] ?? 0n };
  return { ref, read: async () => (await harness.enrollments().getEnrollment(ref)).enrollment };
}

type Read = Awaited<ReturnType<typeof enrollOne>>['read'];

async function until(read: Read, expected: object) {
  return eventually(async () => {
    const enrollment = await read();
    expect(enrollment).toMatchObject(expected);
    return enrollment;
  });
}

test('a removed enrollment leaves list and funnel, is told as cancelled, and keeps an audit line', async () => {
  const { ref, read } = await enrollOne(wait);
  await until(read, { isWaiting: true });
  await harness.enrollments().deleteEnrollment(ref);
  expect(await refusal(read())).toBe('not_found enrollment_not_found');
  expect(await refusal(harness.enrollments().deleteEnrollment(ref))).toBe('not_found enrollment_not_found');
  const list = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(list).toMatchObject({ totalCount: 0n, enrollments: [], stepFunnel: { totals: { totalEnrollments: 0n } } });
  const removal = await harness.db.selectFrom('removals').selectAll().where('enrollment_id', '=', ref.id).execute();
  expect(removal).toMatchObject([
    { organization_id: 1n, actor_type: 'user', actor_id: editor.actor.id, status: 'active' },
  ]);
  const told = await eventually(() => {
    const events = harness.published.filter((event) => event.aggregate === `enrollment:${ref.id}`);
    expect(events.map(({ payload }) => payload.case)).toEqual(['started', 'cancelled']);
    return events;
  });
  expect(told[1]?.payload.value).toMatchObject({ id: ref.id, status: EnrollmentStatus.CANCELLED });
});

test('an effect in flight when its enrollment is removed is recorded, and nothing follows it', async () => {
  receiver.clear();
  receiver.answer({ delayMs: 1_000 });
  const { ref } = await enrollOne([
    { type: 'trigger' },
    { type: 'webhook_callback', url: `${receiver.url}/a` },
    { type: 'webhook_callback', url: `${receiver.url}/b` },
  ]);
  await receiver.received(1);
  await harness.enrollments().deleteEnrollment(ref);
  await eventually(async () => {
    const effects = await harness.db
      .selectFrom('effects')
      .select('status')
      .where('enrollment_id', '=', ref.id)
      .execute();
    expect(effects).toEqual([{ status: 'succeeded' }]);
  });
  receiver.answer({});
  expect(receiver.requests.map(({ url }) => url)).toEqual(['/a']);
});

test('a paused enrollment stays where it is; resumed, a wait that passed meanwhile is over', async () => {
  const { ref, read } = await enrollOne(wait);
  await until(read, { isWaiting: true });
  const paused = await harness.enrollments().pauseEnrollment(ref);
  expect(paused.enrollment).toMatchObject({ status: EnrollmentStatus.PAUSED, isWaiting: false });
  expect(paused.enrollment?.nextRunAt).toBeUndefined();
  expect((await harness.enrollments().pauseEnrollment(ref)).enrollment).toMatchObject({
    status: EnrollmentStatus.PAUSED,
  });
  harness.pass(3_700_000);
  expect(await read()).toMatchObject({ status: EnrollmentStatus.PAUSED, currentStepIndex: 1 });
  await harness.enrollments().resumeEnrollment(ref);
  await until(read, { status: EnrollmentStatus.COMPLETED });
  for (const change of ['pauseEnrollment', 'resumeEnrollment'] as const) {
    expect(await refusal(harness.enrollments()[change](ref))).toBe('failed_precondition enrollment_ended');
  }
  const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(stepFunnel?.totals).toMatchObject({ active: 0n, paused: 0n, completed: 1n, totalEnrollments: 1n });
});

test('retrying a failed enrollment runs its step again as a new visit with a new key', async () => {
  receiver.clear();
  receiver.answerNext({ status: 400 });
  const { ref, read } = await enrollOne([
    { type: 'trigger' },
    { type: 'webhook_callback', url: `${receiver.url}/retry` },
  ]);
  await until(read, { status: EnrollmentStatus.FAILED, lastError: expect.stringContaining('400') });
  await harness.enrollments().retryEnrollment(ref);
  await until(read, { status: EnrollmentStatus.COMPLETED });
  const keys = receiver.requests.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(2);
  expect(await refusal(harness.enrollments().retryEnrollment(ref))).toBe('failed_precondition enrollment_not_failed');
  const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(stepFunnel?.totals).toMatchObject({ active: 0n, failed: 0n, completed: 1n, totalEnrollments: 1n });
});

test('a change that is not newer than the one applied changes nothing, and only the workflows service may bring one', async () => {
  const workflow = workflowOf(wait, { name: 'New' });
  await apply(harness, workflow, { sequence: 1_000_000n });
  await apply(harness, workflowOf(wait, { id: workflow.id, name: 'Old' }), { sequence: 999_999n });
  const lane = await harness.db.selectFrom('lanes').select('name').where('workflow_id', '=', workflow.id).execute();
  expect(lane).toEqual([{ name: 'New' }]);
  const forged = harness.runtime(editor).applyWorkflow({ sequence: 1_000_001n, workflow });
  expect(await refusal(forged)).toBe('permission_denied insufficient_role');
});
