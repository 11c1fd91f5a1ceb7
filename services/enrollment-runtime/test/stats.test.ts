import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Harness, startHarness, tester, workflowsService } from './harness.ts';
import { apply, contacts, json, makeWorkflow, refusal, workflowOf } from './workflow.ts';

const hourMs = 3_600_000;
const waiting = [{ type: 'trigger' }, { type: 'wait', duration: 1, unit: 'weeks' }];
/** Contacts with a score wait, and the others fail. */
const sorting = [
  { type: 'trigger' },
  { type: 'condition', conditions: [{ field: 'score', operator: 'exists' }], on_true: 'next', on_false: 'lost' },
  { type: 'end', status: 'completed' },
  { type: 'end', id: 'lost', status: 'failed' },
];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const count = async (workflowIds: bigint[], mode: Mode = Mode.LIVE, caller = workflowsService) =>
  (await harness.runtime(caller).countWorkflows({ workflowIds, mode })).stats;
const enroll = (workflowId: bigint, people: Uint8Array, caller?: typeof tester) =>
  harness.enrollments(caller).bulkEnroll({ workflowId, contacts: people });

test('the counts of a workflow are those of its list, over all versions, and of one mode', async () => {
  const { id } = await makeWorkflow(harness, waiting);
  const { enrollmentIds } = await enroll(id, contacts(5));
  await enroll(id, contacts(2), tester);
  await apply(harness, workflowOf([...waiting, { type: 'end' }], { id, version: 2 }));
  await enroll(id, contacts(3));
  await harness.enrollments().pauseEnrollment({ workflowId: id, id: enrollmentIds[0] });
  await eventually(async () => expect((await count([id]))[String(id)]).toMatchObject({ active: 8n, paused: 1n }));
  const { stepFunnel, enrollments } = await harness.enrollments().listEnrollments({ workflowId: id });
  const { [String(id)]: live } = await count([id]);
  const { active, paused, completed, failed, cancelled, totalEnrollments: enrolled } = stepFunnel?.totals ?? {};
  expect(live).toMatchObject({ enrolled, active, paused, completed, failed, cancelled, failures24h: 0n });
  expect(live?.lastFiredAt).toEqual(enrollments[0]?.createdAt);
  expect(await count([id], Mode.TEST)).toMatchObject({ [String(id)]: { enrolled: 2n, active: 2n, paused: 0n } });
  const { active: byVersion } = await harness
    .runtime()
    .countVersions({ workflowId: id, versions: [1, 2, 3], mode: Mode.LIVE });
  expect(byVersion).toEqual({ 1: 5n, 2: 3n });
});

test('failures count for 24 hours, and those that were retried do not', async () => {
  const { id } = await makeWorkflow(harness, sorting);
  const { enrollmentIds } = await enroll(
    id,
    json([{ email: 'a@example.com' }, { email: 'b@example.com', score: 1 }, { email: 'c@example.com' }]),
  );
  const failures = async () => {
    const { [String(id)]: stats } = await count([id]);
    return { failed: stats?.failed, failures24h: stats?.failures24h };
  };
  await eventually(async () => expect(await failures()).toEqual({ failed: 2n, failures24h: 2n }));
  expect((await count([id]))[String(id)]).toMatchObject({ enrolled: 3n, completed: 1n });
  await harness.enrollments().deleteEnrollment({ workflowId: id, id: enrollmentIds[0] });
  expect(await failures()).toEqual({ failed: 1n, failures24h: 1n });
  harness.pass(23 * hourMs);
  expect(await failures()).toEqual({ failed: 1n, failures24h: 1n });
  harness.pass(1 * hourMs);
  expect(await failures()).toEqual({ failed: 1n, failures24h: 0n });
});

test('another organization, and a workflow without enrollments, have no counts of others', async () => {
  const { id } = await makeWorkflow(harness, waiting);
  const { id: empty } = await makeWorkflow(harness, waiting);
  await enroll(id, contacts(1));
  const stranger = { ...workflowsService, organizationId: 2n };
  expect(await count([id], Mode.LIVE, stranger)).toEqual({});
  const versions = { workflowId: id, versions: [1], mode: Mode.LIVE };
  expect((await harness.runtime(stranger).countVersions(versions)).active).toEqual({});
  expect((await harness.runtime().countVersions(versions)).active).toEqual({ 1: 1n });
  const { [String(empty)]: none } = await count([empty, 987_654_321n]);
  expect(none).toMatchObject({ enrolled: 0n, active: 0n, failures24h: 0n });
  expect(none?.lastFiredAt).toBeUndefined();
});

test('more workflows or versions than a page has are refused', async () => {
  const many = Array.from({ length: 1_001 }, (_, index) => index + 1);
  expect(await refusal(count(many.map(BigInt)))).toBe('invalid too_many_ids');
  const versions = harness.runtime().countVersions({ workflowId: 1n, versions: many });
  expect(await refusal(versions)).toBe('invalid too_many_ids');
});
