import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { trustedMs } from '../src/effects/attempt-ends.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { apply, contacts, makeWorkflow, workflowOf } from './workflow.ts';

const patience = { timeoutMs: 180_000 };
const short = [{ type: 'trigger' }, { type: 'log', message: 'done' }];

let harness: Harness;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
  harness = await startHarness();
});
afterEach(async () => {
  await harness.stop();
  await receiver.stop();
});

test('two runtimes share the work: each effect is performed once, each step runs once', async () => {
  await harness.startRuntime();
  const steps = [...short, { type: 'webhook_callback', url: receiver.url }, { type: 'log', message: 'answered' }];
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const count = 1_500;
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(count) });
  await completed(workflowId, count);
  expect(new Set(receiver.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(count);
  expect(receiver.requests).toHaveLength(count);
  const { rows } = await sql<{ lines: number; enrollments: number }>`
    select count(*)::int as lines, count(distinct enrollment_id)::int as enrollments from timeline_lines
    where enrollment_id = any (${enrollmentIds}::bigint[])`.execute(harness.db);
  expect(rows).toEqual([{ lines: 4 * count, enrollments: count }]);
});

test('5,000 due runs of one organization do not delay those of others', async () => {
  const { id: crowded } = await makeWorkflow(harness, short, { status: WorkflowStatus.PAUSED });
  const { id: quiet } = await makeWorkflow(harness, short, { organizationId: 2n, status: WorkflowStatus.PAUSED });
  await harness.enrollments().bulkEnroll({ workflowId: crowded, contacts: contacts(5_000) });
  await harness.enrollments(stranger).bulkEnroll({ workflowId: quiet, contacts: contacts(1) });
  await releaseAtOnce([crowded, quiet]);
  await completed(crowded, 5_000);
  await completed(quiet, 1, stranger);
  const { rows } = await sql<{ before: number }>`
    select count(*)::int as before from outcomes
    where workflow_id = ${crowded}
      and ended_at < (select ended_at from outcomes where workflow_id = ${quiet})`.execute(harness.db);
  expect(rows[0]?.before).toBeLessThanOrEqual(1_000);
});

test('a slow receiver delays no other, not even of its own organization', async () => {
  const slow = await startReceiver({ answer: { hang: 'at_once' } });
  try {
    const { id: held } = await makeWorkflow(harness, [{ type: 'webhook_callback', url: slow.url }]);
    const { id: free } = await makeWorkflow(harness, [{ type: 'webhook_callback', url: receiver.url }]);
    await harness.enrollments().bulkEnroll({ workflowId: held, contacts: contacts(700) });
    await slow.received(40);
    await harness.enrollments().bulkEnroll({ workflowId: free, contacts: contacts(100) });
    await completed(free, 100);
    expect(slow.requests).toHaveLength(40);
  } finally {
    await slow.stop();
  }
});

test('slow receivers of several organizations, with many effects queued for each, delay no other organization', async () => {
  const slow = await startReceiver({ answer: { hang: 'at_once' } });
  try {
    const crowded = [2n, 3n, 4n];
    for (const organizationId of crowded) {
      const { id } = await makeWorkflow(harness, [{ type: 'webhook_callback', url: slow.url }], { organizationId });
      const enrollments = harness.enrollments({ ...editor, organizationId });
      await enrollments.bulkEnroll({ workflowId: id, contacts: contacts(1_500) });
    }
    await slow.received(40 * crowded.length);
    const { id: free } = await makeWorkflow(harness, [{ type: 'webhook_callback', url: receiver.url }]);
    await harness.enrollments().bulkEnroll({ workflowId: free, contacts: contacts(100) });
    await completed(free, 100);
  } finally {
    await slow.stop();
  }
});

test('a process with many queued effects leases few more runs of an organization than its limit in flight', async () => {
  const slow = await startReceiver({ answer: { hang: 'at_once' } });
  try {
    const steps = [{ type: 'webhook_callback', url: slow.url }];
    const { id: crowded } = await makeWorkflow(harness, steps, { organizationId: 2n });
    await harness
      .enrollments({ ...editor, organizationId: 2n })
      .bulkEnroll({ workflowId: crowded, contacts: contacts(3_000) });
    // All leased effects are queued as soon as their intents are stored, except for the 40 in flight.
    await eventually(async () => expect(await heldOf(crowded, 'effect')).toBeGreaterThan(1_100));
    const { id: next } = await makeWorkflow(harness, steps);
    await harness.enrollments().bulkEnroll({ workflowId: next, contacts: contacts(1_000) });
    await slow.received(80);
    // 40 effects are in flight, and each of the two workers claimed at most 50 while fewer than 50 were queued.
    expect(await heldOf(next)).toBeLessThan(40 + 50 + 2 * 50);
  } finally {
    await slow.stop();
  }
});

test('a paused workflow starts no effect that was waiting for its turn, and goes on when it is resumed', async () => {
  const release = receiver.hold();
  const workflow = await makeWorkflow(harness, [{ type: 'webhook_callback', url: receiver.url }]);
  const { id: workflowId } = workflow;
  await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(120) });
  await receiver.received(40);
  await apply(harness, { ...workflow, status: WorkflowStatus.PAUSED });
  // Waits until the confirmed leases are no longer trusted, because effects with recently confirmed leases start
  // without a new check.
  await sleep(trustedMs);
  release();
  await completed(workflowId, 40);
  expect(receiver.requests).toHaveLength(40);
  await apply(harness, { ...workflow, status: WorkflowStatus.ACTIVE });
  await completed(workflowId, 120);
  expect(new Set(receiver.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(120);
  expect(receiver.requests).toHaveLength(120);
});

test('due runs of a paused workflow stay where they are; contacts enrolled meanwhile wait', async () => {
  const workflow = workflowOf([{ type: 'wait', duration: 1, unit: 'hours' }, ...short.slice(1)]);
  await apply(harness, workflow);
  const { id: workflowId } = workflow;
  await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) });
  await eventually(async () => expect(await funnelOf(workflowId)).toMatchObject([{ waitingLeads: 3n }, {}]));
  await apply(harness, { ...workflow, status: WorkflowStatus.PAUSED });
  harness.pass(2 * 3_600_000);
  await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  expect(await funnelOf(workflowId)).toMatchObject([{ activeLeads: 4n, waitingLeads: 0n, runningLeads: 4n }, {}]);
  await apply(harness, { ...workflow, status: WorkflowStatus.ACTIVE });
  await completed(workflowId, 3);
});

test('deleting a workflow cancels its runs in slices and says so for each', async () => {
  const workflow = await makeWorkflow(harness, [{ type: 'wait', duration: 1, unit: 'days' }]);
  await harness.enrollments().bulkEnroll({ workflowId: workflow.id, contacts: contacts(120) });
  await apply(harness, workflow, { deleted: true });
  await eventually(() => {
    expect(harness.published.filter((event) => event.payload.case === 'cancelled')).toHaveLength(120);
  }, patience);
  const { rows } = await sql`
    select sum(active)::int as active, sum(cancelled)::int as cancelled from counters
    where workflow_id = ${workflow.id}`.execute(harness.db);
  expect(rows).toEqual([{ active: 0, cancelled: 120 }]);
});

test('runs that cannot be moved delay no others', async () => {
  const { id: broken } = await makeWorkflow(harness, short, { status: WorkflowStatus.PAUSED });
  const { id: sound } = await makeWorkflow(harness, short, { organizationId: 2n, status: WorkflowStatus.PAUSED });
  await harness.enrollments().bulkEnroll({ workflowId: broken, contacts: contacts(5) });
  await harness.enrollments(stranger).bulkEnroll({ workflowId: sound, contacts: contacts(50) });
  await harness.stopRuntimes();
  await sql`update workflow_versions set steps = '[{"id":"x","type":"gone","name":"","position":0,"config":{}}]'
    where workflow_id = ${broken}`.execute(harness.db);
  await harness.startRuntime();
  await releaseAtOnce([broken, sound]);
  await completed(sound, 50, stranger);
});

async function heldOf(workflowId: bigint, phase = 'any'): Promise<number> {
  const { rows } = await sql<{ held: number }>`
    select count(*)::int as held from runs
    where workflow_id = ${workflowId} and lease_until is not null and ${phase} in (phase, 'any')`.execute(harness.db);
  return rows[0]?.held ?? 0;
}

/** Resumes several workflows in the database at the same moment. */
async function releaseAtOnce(workflowIds: readonly bigint[]): Promise<void> {
  await sql`update lanes set state = 'active', wake_at = now()
    where workflow_id = any (${workflowIds}::bigint[])`.execute(harness.db);
}

async function funnelOf(workflowId: bigint) {
  return (await harness.enrollments().listEnrollments({ workflowId, limit: 1 })).stepFunnel?.steps;
}

async function completed(workflowId: bigint, count: number, caller = editor): Promise<void> {
  await eventually(async () => {
    const { stepFunnel } = await harness.enrollments(caller).listEnrollments({ workflowId, limit: 1 });
    expect(stepFunnel?.totals?.completed).toBe(BigInt(count));
  }, patience);
}
