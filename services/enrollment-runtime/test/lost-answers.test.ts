import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FaultPoint } from '../src/fault-points.ts';
import { type Harness, startHarness } from './harness.ts';
import { contacts, makeWorkflow } from './workflow.ts';

const point: FaultPoint = 'after-results-commit';
let commits = 0;

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    fault(reached) {
      if (reached !== point) return;
      commits += 1;
      if (commits === 1) throw Object.assign(new Error('the answer to COMMIT was lost'), { code: 'ECONNRESET' });
    },
  });
});
afterAll(async () => {
  await harness.stop();
  await receiver.stop();
});

test('a worker that does not hear that its results were committed tries again, and moves the run once', async () => {
  const { id: workflowId } = await makeWorkflow(harness, [
    { type: 'webhook_callback', url: `${receiver.url}/hook` },
    { type: 'log', message: 'after it' },
    { type: 'wait', duration: 1, unit: 'days' },
  ]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  const id = enrollmentIds[0] ?? 0n;
  await eventually(() => expect(commits).toBe(2));
  const lines = await harness.db
    .selectFrom('timeline_lines')
    .select(['step_index', 'status'])
    .where('enrollment_id', '=', id)
    .orderBy('sequence')
    .execute();
  expect(lines).toEqual([
    { step_index: 0, status: 'succeeded' },
    { step_index: 1, status: 'succeeded' },
    { step_index: 2, status: 'waiting' },
  ]);
  const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId });
  expect(stepFunnel?.totals).toMatchObject({ totalEnrollments: 1n, active: 1n });
  expect(stepFunnel?.steps.map(({ activeLeads }) => activeLeads)).toEqual([0n, 0n, 1n]);
  expect(receiver.requests).toHaveLength(1);
});

test('a retry that was planned by such a commit is due at its time', async () => {
  commits = 0;
  receiver.clear();
  receiver.answerNext({ status: 503, headers: { 'retry-after': '3600' } });
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'webhook_callback', url: `${receiver.url}/hook` }]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  await eventually(() => expect(commits).toBe(2));
  const run = await harness.db
    .selectFrom('runs')
    .select('next_run_at')
    .where('enrollment_id', '=', enrollmentIds[0] ?? 0n)
    .executeTakeFirstOrThrow();
  expect(receiver.requests).toHaveLength(1);
  expect(run.next_run_at?.getTime()).toBeGreaterThan(Number(receiver.requests[0]?.at) + 3_500_000);
});
