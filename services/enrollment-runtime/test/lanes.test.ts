import { create, toBinary } from '@bufbuild/protobuf';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type WorkflowEvent, WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { type Workflow, WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recountFunnel } from '../src/funnel/recount-funnel.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { apply, contacts, makeWorkflow, refusal, workflowOf } from './workflow.ts';

const hour = 3_600_000;
const waiting = [
  { type: 'trigger', id: 'a' },
  { type: 'wait', id: 'b', duration: 1, unit: 'hours' },
  { type: 'log', id: 'c', message: 'x' },
];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const funnelOf = async (workflowId: bigint) =>
  (await harness.enrollments().listEnrollments({ workflowId, limit: 1 })).stepFunnel;

async function untilTotals(workflowId: bigint, totals: object): Promise<void> {
  await eventually(async () => expect((await funnelOf(workflowId))?.totals).toMatchObject(totals));
}

async function enrollWaiting(workflowId: bigint, count: number): Promise<bigint[]> {
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(count) });
  await eventually(async () => {
    expect((await funnelOf(workflowId))?.steps[1]).toMatchObject({ waitingLeads: BigInt(count) });
  });
  return enrollmentIds;
}

const laneOf = (workflowId: bigint) =>
  harness.db
    .selectFrom('lanes')
    .select(['state', 'version', 'name', 'sequence'])
    .where('workflow_id', '=', workflowId)
    .executeTakeFirst();

/** Publishes a change as an event of the workflows service, without the call. */
async function publish(
  workflow: Workflow,
  kind: NonNullable<WorkflowEvent['payload']['case']>,
  sequence: bigint,
): Promise<void> {
  const event = create(WorkflowEventSchema, {
    ...{ id: `evt_${sequence}`, organizationId: 1n, sequence, aggregate: `workflow:${workflow.id}` },
    payload: { case: kind, value: workflow },
  });
  await harness.publishWorkflow(toBinary(WorkflowEventSchema, event));
}

test('an archived workflow takes nobody in, and those on their way finish', async () => {
  const workflow = await makeWorkflow(harness, waiting);
  await enrollWaiting(workflow.id, 3);
  await apply(harness, { ...workflow, status: WorkflowStatus.ARCHIVED });
  const late = harness.enrollments().bulkEnroll({ workflowId: workflow.id, contacts: contacts(1) });
  expect(await refusal(late)).toBe('failed_precondition workflow_archived');
  harness.pass(hour + 1_000);
  await untilTotals(workflow.id, { completed: 3n, active: 0n, totalEnrollments: 3n });
});

test('deleting a workflow cancels paused enrollments too, leaves ended ones as they ended, and hides all', async () => {
  const workflow = await makeWorkflow(harness, waiting);
  const { id: workflowId } = workflow;
  const [first] = await enrollWaiting(workflowId, 2);
  harness.pass(hour + 1_000);
  await untilTotals(workflowId, { completed: 2n });
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) });
  await eventually(async () => expect((await funnelOf(workflowId))?.steps[1]).toMatchObject({ waitingLeads: 3n }));
  await harness.enrollments().pauseEnrollment({ workflowId, id: enrollmentIds[0] });
  await apply(harness, workflow, { deleted: true });
  const read = harness.enrollments().getEnrollment({ workflowId, id: first });
  expect(await refusal(read)).toBe('not_found workflow_not_found');
  await eventually(async () => {
    const outcomes = await harness.db
      .selectFrom('outcomes')
      .select('status')
      .where('workflow_id', '=', workflowId)
      .orderBy('enrollment_id')
      .execute();
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...['completed', 'completed'],
      ...['cancelled', 'cancelled', 'cancelled'],
    ]);
  });
  expect(await recountFunnel(harness.db, workflowId)).toEqual([]);
  await eventually(() => {
    const ids = new Set(enrollmentIds.map((id) => `enrollment:${id}`));
    const cancelled = harness.published.filter(
      ({ aggregate, payload }) => ids.has(aggregate) && payload.case === 'cancelled',
    );
    expect(cancelled).toHaveLength(3);
    for (const { payload } of cancelled) expect(payload.value).toMatchObject({ status: EnrollmentStatus.CANCELLED });
  });
});

test('the event of a change does what the call does, and nothing that is older', async () => {
  const workflow = workflowOf(waiting);
  await publish(workflow, 'created', 2_000_001n);
  await eventually(async () => expect(await laneOf(workflow.id)).toMatchObject({ state: 'active', version: 1 }));
  await enrollWaiting(workflow.id, 2);
  const later = workflowOf([...waiting, { type: 'log', id: 'd', message: 'y' }], {
    ...{ id: workflow.id, version: 2, name: 'Later', status: WorkflowStatus.PAUSED },
  });
  await publish(later, 'updated', 2_000_003n);
  const applied = { state: 'paused', version: 2, name: 'Later', sequence: 2_000_003n };
  await eventually(async () => expect(await laneOf(workflow.id)).toEqual(applied));
  const older = { ...workflow, name: 'Older', status: WorkflowStatus.ACTIVE };
  await apply(harness, older, { sequence: 2_000_002n });
  await publish(older, 'updated', 2_000_002n);
  const marker = workflowOf(waiting);
  await publish(marker, 'created', 2_000_004n);
  await eventually(async () => expect(await laneOf(marker.id)).toBeDefined());
  expect(await laneOf(workflow.id)).toEqual(applied);
  harness.pass(hour + 1_000);
  expect((await funnelOf(workflow.id))?.totals).toMatchObject({ active: 2n, completed: 0n });
  await publish({ ...later, status: WorkflowStatus.ACTIVE }, 'updated', 2_000_005n);
  await untilTotals(workflow.id, { completed: 2n });
  await publish(later, 'deleted', 2_000_006n);
  await eventually(async () => expect(await laneOf(workflow.id)).toMatchObject({ state: 'deleted' }));
});

test('only the workflows service applies workflows', async () => {
  const workflow = workflowOf(waiting);
  for (const caller of [
    editor,
    { ...editor, actor: { type: 'service' as const, id: 'gateway' }, role: 'admin' as const },
  ]) {
    const forged = harness.runtime(caller).applyWorkflow({ sequence: 1n, workflow });
    expect(await refusal(forged)).toBe('permission_denied insufficient_role');
  }
  expect(await laneOf(workflow.id)).toBeUndefined();
});

test.each([
  [1, 2_000],
  [5, 1_000],
])(
  "an organization's due runs with a slow receiver, %i times %i of a workflow, do not delay others",
  async (workflows, count) => {
    const slow = await startReceiver({ answer: { hang: 'at_once' } });
    const quick = await startReceiver();
    try {
      const call = (url: string) => [{ type: 'trigger' }, { type: 'webhook_callback', url, timeout_seconds: 60 }];
      for (let index = 0; index < workflows; index += 1) {
        const { id } = await makeWorkflow(harness, call(`${slow.url}/${index}`));
        await harness.enrollments().bulkEnroll({ workflowId: id, contacts: contacts(count) });
      }
      await slow.received(40);
      const { id: workflowId } = await makeWorkflow(harness, call(quick.url), { organizationId: 2n });
      await harness.enrollments(stranger).bulkEnroll({ workflowId, contacts: contacts(5) });
      await eventually(async () => {
        const { stepFunnel } = await harness.enrollments(stranger).listEnrollments({ workflowId, limit: 1 });
        expect(stepFunnel?.totals).toMatchObject({ completed: 5n });
      });
    } finally {
      await slow.stop();
      await quick.stop();
    }
  },
);
