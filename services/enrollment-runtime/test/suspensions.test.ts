import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { apply, contacts, makeWorkflow, passToMidHour, type StepInput } from './workflow.ts';

const hourMs = 3_600_000;
const trigger = { type: 'trigger', id: 'a' };
const wait = { type: 'wait', id: 'b', duration: 1, unit: 'hours' };
const hourly = [
  { type: 'trigger', frequency: 'hourly', timezone: 'UTC' },
  { type: 'log', message: 'tick' },
];

let harness: Harness;
let sequence = 0n;
beforeAll(async () => {
  harness = await startHarness();
  passToMidHour(harness);
});
afterAll(() => harness.stop());

const suspend = () => harness.setSuspended(editor.organizationId, true, ++sequence);
const resume = () => harness.setSuspended(editor.organizationId, false, ++sequence);

/**
 * Makes a workflow of the tested organization, and a copy in another organization. The copy shows that time has passed.
 */
async function twins(steps: readonly StepInput[]): Promise<[bigint, bigint]> {
  const ours = await makeWorkflow(harness, steps);
  const theirs = await makeWorkflow(harness, steps, { organizationId: stranger.organizationId });
  return [ours.id, theirs.id];
}

async function totalsOf(workflowId: bigint, caller = editor) {
  return (await harness.enrollments(caller).listEnrollments({ workflowId, limit: 1 })).stepFunnel?.totals;
}

test('nothing of a suspended organization moves or is sent, and after its resumption everything happens once', async () => {
  const receiver = await startReceiver();
  try {
    const callback = (path: string) => ({
      type: 'webhook_callback',
      id: 'c',
      url: `${receiver.url}/${path}`,
      payload: {},
    });
    const ours = await makeWorkflow(harness, [trigger, wait, callback('ours')]);
    const theirs = await makeWorkflow(harness, [trigger, wait, callback('theirs')], {
      organizationId: stranger.organizationId,
    });
    await harness.enrollments().bulkEnroll({ workflowId: ours.id, contacts: contacts(3) });
    await harness.enrollments(stranger).bulkEnroll({ workflowId: theirs.id, contacts: contacts(3) });
    await suspend();
    harness.pass(hourMs + 1_000);
    await eventually(async () => expect(await totalsOf(theirs.id, stranger)).toMatchObject({ completed: 3n }));
    expect(await totalsOf(ours.id)).toMatchObject({ active: 3n, completed: 0n });
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/theirs', '/theirs', '/theirs']);
    // A suspension does not change the workflow's own state, so the workflow runs again when the suspension ends. A
    // change of the workflow during the suspension does not start it.
    await apply(harness, { ...ours, name: 'Renamed' });
    expect(await totalsOf(ours.id)).toMatchObject({ active: 3n, completed: 0n });

    await resume();
    await eventually(async () => expect(await totalsOf(ours.id)).toMatchObject({ completed: 3n, active: 0n }));
    expect(receiver.requests.filter(({ url }) => url === '/ours')).toHaveLength(3);
  } finally {
    await receiver.stop();
  }
});

test('who is enrolled meanwhile waits, and goes on after the resumption', async () => {
  const [ours, theirs] = await twins([trigger, { type: 'log', id: 'b', message: 'in' }]);
  await suspend();
  await harness.enrollments().bulkEnroll({ workflowId: ours, contacts: contacts(2) });
  await harness.enrollments(stranger).bulkEnroll({ workflowId: theirs, contacts: contacts(2) });
  await eventually(async () => expect(await totalsOf(theirs, stranger)).toMatchObject({ completed: 2n }));
  expect(await totalsOf(ours)).toMatchObject({ active: 2n, completed: 0n });
  await resume();
  await eventually(async () => expect(await totalsOf(ours)).toMatchObject({ completed: 2n }));
});

test('schedules of a suspended organization do not fire, and the missed ticks fire once afterwards', async () => {
  const [ours, theirs] = await twins(hourly);
  await suspend();
  const count = async (workflowId: bigint, caller = editor) =>
    (await harness.enrollments(caller).listEnrollments({ workflowId })).enrollments.length;
  for (const ticks of [1, 2]) {
    harness.pass(hourMs);
    await eventually(async () => expect(await count(theirs, stranger)).toBe(ticks));
  }
  expect(await count(ours)).toBe(0);
  await resume();
  await eventually(async () => expect(await count(ours)).toBe(1));
  harness.pass(hourMs);
  await eventually(async () => expect(await count(theirs, stranger)).toBe(3));
  await eventually(async () => expect(await count(ours)).toBe(2));
});

test('a workflow that was paused stays so after a resumption, and an event that comes late changes nothing', async () => {
  const [ours, theirs] = await twins([trigger, { type: 'log', id: 'b', message: 'in' }]);
  const paused = await makeWorkflow(harness, [trigger, { type: 'log', id: 'b', message: 'in' }], {
    status: WorkflowStatus.PAUSED,
  });
  await harness.enrollments().bulkEnroll({ workflowId: paused.id, contacts: contacts(1) });
  await suspend();
  await resume();
  await harness.setSuspended(editor.organizationId, true, sequence - 1n);
  await harness.enrollments().bulkEnroll({ workflowId: ours, contacts: contacts(1) });
  await harness.enrollments(stranger).bulkEnroll({ workflowId: theirs, contacts: contacts(1) });
  await eventually(async () => expect(await totalsOf(ours)).toMatchObject({ completed: 1n }));
  await eventually(async () => expect(await totalsOf(theirs, stranger)).toMatchObject({ completed: 1n }));
  expect(await totalsOf(paused.id)).toMatchObject({ active: 1n, completed: 0n });
});
