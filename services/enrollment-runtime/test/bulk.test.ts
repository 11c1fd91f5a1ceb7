import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { contacts, json, makeWorkflow, parsed, refusal, workflowOf } from './workflow.ts';

const steps = [{ type: 'trigger' }, { type: 'wait', duration: 1, unit: 'hours' }];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

test('a bulk call makes one enrollment for each contact, in their order, and says which rows it skipped', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const rows =
    '[{"email":"a@x.org","id":7},"no object",{"__proto__":{}},{"email":"\\u0000"},{"email":"b@x.org","score":1.50}]';
  const answer = await harness.enrollments().bulkEnroll({ workflowId, contacts: Buffer.from(rows) });
  expect(answer).toMatchObject({ createdCount: 2n, skippedInvalidRows: 3n });
  expect(answer.skipped.map((row) => row.index)).toEqual([1, 2, 3]);
  const [first = 0n, second = 0n] = answer.enrollmentIds;
  expect(second).toBeGreaterThan(first);
  const [one, two] = [
    await harness.enrollments().getEnrollment({ workflowId, id: first }),
    await harness.enrollments().getEnrollment({ workflowId, id: second }),
  ];
  expect(one.enrollment).toMatchObject({ leadRef: '7', timezone: 'UTC', workflowVersion: 1 });
  expect(parsed(one.enrollment?.contact)).toEqual({ email: 'a@x.org', id: 7 });
  expect(Buffer.from(two.enrollment?.contact ?? []).toString()).toBe('{"email":"b@x.org","score":1.50}');
});

test('nothing skipped leaves no count of it', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const answer = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) });
  expect(answer.createdCount).toBe(3n);
  expect(answer.skippedInvalidRows).toBeUndefined();
  expect(answer.skipped).toEqual([]);
});

test.each([
  ['an unknown workflow', { workflowId: 987_654n, contacts: contacts(1) }, 'not_found workflow_not_found'],
  ['no contacts', {}, 'invalid contacts_required'],
  ['contacts that are not an array', { contacts: json({ email: 'a@x.org' }) }, 'invalid contacts_required'],
  ['null contacts', { contacts: json(null) }, 'invalid contacts_required'],
  ['empty contacts', { contacts: json([]) }, 'invalid contacts_empty'],
  ['an agent', { contacts: contacts(1), agentId: 9n }, 'not_found agent_not_found'],
  ['an agent, before rows that are all bad', { contacts: json([1]), agentId: 9n }, 'not_found agent_not_found'],
  ['rows that are all bad', { contacts: json([1, null, 'x', []]) }, 'invalid no_enrollments_created'],
  ['a row over 64 KiB only', { contacts: json([{ note: 'x'.repeat(65_536) }]) }, 'invalid no_enrollments_created'],
  ['a zone that does not exist', { contacts: contacts(1), timezone: 'Mars/Olympus' }, 'invalid invalid_timezone'],
  ['more than 10,000 contacts', { contacts: json(Array(10_001).fill({})) }, 'too_large too_many_contacts'],
])('%s is refused', async (_name, request, expected) => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  expect(await refusal(harness.enrollments().bulkEnroll({ workflowId, ...request }))).toBe(expected);
});

test('an archived workflow refuses before anything else is looked at', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps, { status: WorkflowStatus.ARCHIVED });
  expect(await refusal(harness.enrollments().bulkEnroll({ workflowId, contacts: json([]) }))).toBe(
    'failed_precondition workflow_archived',
  );
});

test("another organization's workflow answers like none", async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const calls = harness.enrollments(stranger);
  expect(await refusal(calls.bulkEnroll({ workflowId, contacts: contacts(1) }))).toBe('not_found workflow_not_found');
  expect(await refusal(calls.listEnrollments({ workflowId }))).toBe('not_found workflow_not_found');
  expect(await refusal(calls.getEnrollment({ workflowId, id: 1n }))).toBe('not_found workflow_not_found');
});

test('viewers may not enroll', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const call = harness.enrollments({ ...editor, role: 'viewer' }).bulkEnroll({ workflowId, contacts: contacts(1) });
  expect(await refusal(call)).toMatch(/^permission_denied/);
});

test('a workflow that the runtime has not heard of yet is asked for', async () => {
  const workflow = workflowOf(steps);
  harness.elsewhere.set(workflow.id, { organizationId: 1n, workflow });
  const answer = await harness.enrollments().bulkEnroll({ workflowId: workflow.id, contacts: contacts(2) });
  expect(answer.createdCount).toBe(2n);
  expect(await refusal(harness.enrollments(stranger).listEnrollments({ workflowId: workflow.id }))).toBe(
    'not_found workflow_not_found',
  );
});

test('the same key enrolls once and answers the same; with other contacts it is refused', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const headers = { 'idempotency-key': 'signup-1' };
  const request = { workflowId, contacts: contacts(2) };
  const first = await harness.enrollments().bulkEnroll(request, { headers });
  const again = await harness.enrollments().bulkEnroll(request, { headers });
  expect(again.enrollmentIds).toEqual(first.enrollmentIds);
  expect(await refusal(harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) }, { headers }))).toBe(
    'invalid idempotency_key_reused',
  );
  expect((await harness.enrollments().listEnrollments({ workflowId })).totalCount).toBe(2n);
});

test('ten thousand contacts are enrolled in one transaction, with an event each', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const enrolling = harness
    .enrollments()
    .bulkEnroll({ workflowId, contacts: contacts(10_000) }, { timeoutMs: 180_000 });
  const seen = new Set<number>();
  let hasAnswered = false;
  const watching = (async () => {
    while (!hasAnswered) seen.add(await countEnrolled(workflowId));
  })();
  const answer = await enrolling;
  hasAnswered = true;
  await watching;
  expect([...seen].filter((count) => count !== 0 && count !== 10_000)).toEqual([]);
  expect(answer.createdCount).toBe(10_000n);
  const list = await harness.enrollments().listEnrollments({ workflowId, limit: 1 });
  expect(list.totalCount).toBe(10_000n);
});

async function countEnrolled(workflowId: bigint): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from enrollments where workflow_id = ${workflowId}`.execute(harness.db);
  return rows[0]?.count ?? 0;
}

test('a test key enrolls test enrollments, reads the live ones, and changes none of them', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const live = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(2) });
  await harness.enrollments(tester).bulkEnroll({ workflowId, contacts: contacts(1) });
  const seen = await harness.enrollments(tester).listEnrollments({ workflowId });
  expect(seen).toMatchObject({ totalCount: 1n, stepFunnel: { totals: { totalEnrollments: 1n } } });
  expect((await harness.enrollments().listEnrollments({ workflowId })).totalCount).toBe(2n);
  const one = { workflowId, id: live.enrollmentIds[0] ?? 0n };
  const before = await harness.enrollments(tester).getEnrollment(one);
  expect(before).toEqual(await harness.enrollments().getEnrollment(one));
  for (const change of ['pauseEnrollment', 'resumeEnrollment', 'retryEnrollment', 'deleteEnrollment'] as const) {
    expect(await refusal(harness.enrollments(tester)[change](one))).toBe('permission_denied test_mode');
    // The enrollment is not found if the request names a workflow to which it does not belong.
    const astray = harness.enrollments(tester)[change]({ ...one, workflowId: workflowId + 987_654n });
    expect(await refusal(astray)).toBe('not_found workflow_not_found');
  }
  expect(await harness.enrollments().getEnrollment(one)).toEqual(before);
});

test('a test workflow has test enrollments only, whoever enrolls', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps, { mode: Mode.TEST });
  await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  await harness.enrollments(tester).bulkEnroll({ workflowId, contacts: contacts(1) });
  const { enrollments } = await harness.enrollments(tester).listEnrollments({ workflowId });
  expect(enrollments.map(({ mode }) => mode)).toEqual([Mode.TEST, Mode.TEST]);
  expect((await harness.enrollments().listEnrollments({ workflowId })).totalCount).toBe(0n);
});
