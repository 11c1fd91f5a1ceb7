import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recountFunnel } from '../src/funnel/recount-funnel.ts';
import { type Harness, startHarness, stranger, tester } from './harness.ts';
import { apply, contacts, json, makeWorkflow, parsed, refusal, workflowOf } from './workflow.ts';

const waiting = [{ type: 'trigger' }, { type: 'wait', duration: 1, unit: 'hours' }, { type: 'log', message: 'x' }];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const list = (workflowId: bigint, more = {}) => harness.enrollments().listEnrollments({ workflowId, ...more });

/** Waits until `count` enrollments wait on the second step. */
async function untilWaiting(workflowId: bigint, count: bigint): Promise<void> {
  await eventually(async () => {
    expect((await list(workflowId)).stepFunnel?.steps[1]).toMatchObject({ activeLeads: count, waitingLeads: count });
  });
}

test('the funnel counts who is on which step and who waits, and its totals are the rows', async () => {
  const { id } = await makeWorkflow(harness, waiting);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId: id, contacts: contacts(5) });
  await untilWaiting(id, 5n);
  await harness.enrollments().pauseEnrollment({ workflowId: id, id: enrollmentIds[0] });
  const { stepFunnel, totalCount } = await list(id);
  expect(stepFunnel?.steps).toMatchObject([
    { stepIndex: 0, stepNumber: 1, activeLeads: 0n },
    { stepIndex: 1, stepNumber: 2, type: 'wait', activeLeads: 5n, waitingLeads: 4n, runningLeads: 1n },
    { stepIndex: 2, stepNumber: 3, activeLeads: 0n },
  ]);
  expect(stepFunnel?.totals).toMatchObject({ active: 5n, paused: 1n, completed: 0n, totalEnrollments: 5n });
  expect(totalCount).toBe(5n);
  expect(await recountFunnel(harness.db, id)).toEqual([]);
  await harness.db.deleteFrom('runs').where('workflow_id', '=', id).where('status', '=', 'paused').execute();
  expect(await recountFunnel(harness.db, id)).toMatchObject([
    { counted: 'active', counter: 5n, rows: 4n },
    { counted: 'paused', counter: 1n, rows: 0n },
  ]);
});

test('enrollments of an older version are matched by step id; those on a step that is gone are in the totals only', async () => {
  const before = await makeWorkflow(harness, [
    { type: 'trigger', id: 'a' },
    { type: 'wait', id: 'b', duration: 1, unit: 'hours' },
  ]);
  await harness.enrollments().bulkEnroll({ workflowId: before.id, contacts: contacts(2) });
  await untilWaiting(before.id, 2n);
  const moved = [
    { type: 'trigger', id: 'a' },
    { type: 'log', id: 'n', message: 'x' },
    { type: 'wait', id: 'b', duration: 1, unit: 'days' },
  ];
  await apply(harness, workflowOf(moved, { id: before.id, version: 2 }));
  expect((await list(before.id)).stepFunnel?.steps[2]).toMatchObject({ activeLeads: 2n, waitingLeads: 2n });
  await apply(harness, workflowOf([{ type: 'trigger', id: 'a' }], { id: before.id, version: 3 }));
  const { stepFunnel } = await list(before.id);
  expect(stepFunnel).toMatchObject({ steps: [{ activeLeads: 0n }], totals: { active: 2n, totalEnrollments: 2n } });
});

test('filters narrow the list and its count, and leave the funnel alone', async () => {
  const { id } = await makeWorkflow(harness, waiting);
  const people = [
    { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace', lead_ref: 'r1' },
    { email: 'alan@example.org', first_name: 'Alan', last_name: 'Turing', lead_ref: 'r2' },
    { email: 'grace@example.org', first_name: 'Grace', last_name: 'Hopper', lead_ref: 'r3' },
  ];
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId: id, contacts: json(people) });
  await untilWaiting(id, 3n);
  await harness.enrollments().pauseEnrollment({ workflowId: id, id: enrollmentIds[2] });
  const found = async (filter: object) =>
    (await list(id, filter)).enrollments.map(({ contact }) => contact?.firstName).sort();
  expect(await found({ leadRef: 'r2' })).toEqual(['Alan']);
  expect(await found({ q: 'LOVE' })).toEqual(['Ada']);
  expect(await found({ q: 'example.org' })).toEqual(['Alan', 'Grace']);
  expect(await found({ q: 'al' })).toEqual(['Alan']);
  expect(await found({ q: 'an' })).toEqual([]);
  expect(await found({ q: '%' })).toEqual([]);
  expect(await found({ status: EnrollmentStatus.PAUSED })).toEqual(['Grace']);
  expect(await found({ status: EnrollmentStatus.ACTIVE, q: 'example.org' })).toEqual(['Alan']);
  expect(await found({ stepIndex: 1 })).toEqual(['Ada', 'Alan', 'Grace']);
  expect(await found({ stepIndex: 0 })).toEqual([]);
  const filtered = await list(id, { leadRef: 'r2' });
  expect(filtered).toMatchObject({ totalCount: 1n, stepFunnel: { totals: { totalEnrollments: 3n } } });
});

test('filters combine, also with cursors, and count what they let through', async () => {
  const steps = [
    { type: 'trigger' },
    { type: 'condition', conditions: [{ field: 'stays', operator: 'equals', value: 'yes' }], on_false: 'end' },
    { type: 'wait', duration: 1, unit: 'hours' },
  ];
  const { id } = await makeWorkflow(harness, steps);
  const people = Array.from({ length: 12 }, (_, index) => ({
    email: `${index}@example.com`,
    first_name: index % 2 === 0 ? 'Even' : 'Odd',
    last_name: `Number${index}`,
    lead_ref: `ref-${index % 3}`,
    stays: index < 6 ? 'yes' : 'no',
  }));
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId: id, contacts: json(people) });
  await eventually(async () => {
    expect((await list(id)).stepFunnel?.totals).toMatchObject({ active: 6n, completed: 6n, totalEnrollments: 12n });
  });
  await harness.enrollments().pauseEnrollment({ workflowId: id, id: enrollmentIds[0] });
  const indexesOf = async (filter: object) => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(id, { ...filter, limit: 2, cursor });
      seen.push(...page.enrollments.map((row) => enrollmentIds.indexOf(row.id)));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect((await list(id, filter)).totalCount).toBe(BigInt(seen.length));
    return seen;
  };
  const { ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED } = EnrollmentStatus;
  expect(await indexesOf({ status: ACTIVE })).toEqual([5, 4, 3, 2, 1]);
  expect(await indexesOf({ status: COMPLETED })).toEqual([11, 10, 9, 8, 7, 6]);
  expect(await indexesOf({ status: FAILED })).toEqual([]);
  expect(await indexesOf({ status: CANCELLED })).toEqual([]);
  expect(await indexesOf({ stepIndex: 2 })).toEqual([5, 4, 3, 2, 1, 0]);
  expect(await indexesOf({ stepIndex: 1 })).toEqual([11, 10, 9, 8, 7, 6]);
  expect(await indexesOf({ stepIndex: 2, status: PAUSED })).toEqual([0]);
  expect(await indexesOf({ stepIndex: 2, status: COMPLETED })).toEqual([]);
  expect(await indexesOf({ leadRef: 'ref-1' })).toEqual([10, 7, 4, 1]);
  expect(await indexesOf({ leadRef: 'ref-1', status: COMPLETED })).toEqual([10, 7]);
  expect(await indexesOf({ leadRef: 'ref-1', q: 'even', stepIndex: 2 })).toEqual([4]);
  expect(await indexesOf({ q: 'even number1' })).toEqual([10]);
  expect(await indexesOf({ q: 'od', status: ACTIVE })).toEqual([5, 3, 1]);
  expect(await indexesOf({ q: 'nu', stepIndex: 1 })).toEqual([11, 10, 9, 8, 7, 6]);
  expect(await indexesOf({ q: '1', status: COMPLETED })).toEqual([11, 10]);
  expect(await indexesOf({ q: 'umber1', status: COMPLETED })).toEqual([11, 10]);
});

test('pages by cursor and by number have each enrollment once, newest first', async () => {
  const { id } = await makeWorkflow(harness, waiting);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId: id, contacts: contacts(7) });
  const newestFirst = enrollmentIds.toReversed();
  const seen: bigint[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(id, { limit: 3, cursor });
    seen.push(...page.enrollments.map((row) => row.id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(seen).toEqual(newestFirst);
  const second = await list(id, { page: 2, perPage: 5 });
  expect(second.enrollments.map((row) => row.id)).toEqual(newestFirst.slice(5));
  expect(second).toMatchObject({ page: 2, perPage: 5, totalPages: 2, totalCount: 7n });
  expect(await refusal(list(id, { cursor: 'forged' }))).toBe('invalid invalid_cursor');
});

test('a list shows the mode of its caller, and the other one when it is asked for', async () => {
  const { id } = await makeWorkflow(harness, waiting);
  const live = await harness.enrollments().bulkEnroll({ workflowId: id, contacts: contacts(2) });
  await harness.enrollments(tester).bulkEnroll({ workflowId: id, contacts: contacts(1, 't') });
  const mine = await harness.enrollments(tester).listEnrollments({ workflowId: id });
  expect(mine).toMatchObject({ totalCount: 1n, enrollments: [{ contact: { email: 't0@example.com' } }] });
  expect(mine.stepFunnel?.totals?.totalEnrollments).toBe(1n);
  const theirs = await harness.enrollments(tester).listEnrollments({ workflowId: id, mode: Mode.LIVE });
  expect(theirs.enrollments.map((row) => row.id)).toEqual(live.enrollmentIds.toReversed());
  expect(theirs.stepFunnel?.totals?.totalEnrollments).toBe(2n);
  expect(await list(id)).toEqual(theirs);
  expect(await list(id, { mode: Mode.TEST })).toEqual(mine);
  const named = { q: 'example.com', status: EnrollmentStatus.ACTIVE };
  expect((await list(id, named)).totalCount).toBe(2n);
  expect((await list(id, { ...named, mode: Mode.TEST })).totalCount).toBe(1n);
});

test('a workflow that only the workflows service knows yet is asked for; one of another organization is not there', async () => {
  const workflow = workflowOf(waiting);
  harness.elsewhere.set(workflow.id, { organizationId: 1n, workflow });
  expect((await list(workflow.id)).totalCount).toBe(0n);
  const asStranger = harness.enrollments(stranger).listEnrollments({ workflowId: workflow.id });
  expect(await refusal(asStranger)).toBe('not_found workflow_not_found');
  expect(await refusal(list(987_654n))).toBe('not_found workflow_not_found');
});

test('a detail shows the contact as it came, the data as steps changed them, and what each step did', async () => {
  const steps = [
    { type: 'trigger', name: 'Start' },
    { type: 'set_fields', name: 'Score', fields: { grade: '{{ name }}!' } },
    { type: 'log', name: 'Done', message: 'graded {{ grade }}' },
  ];
  const { id } = await makeWorkflow(harness, steps);
  const contact = Buffer.from('{"name":"Ada","amount":12345678901234567890.10}');
  const { enrollmentIds } = await harness
    .enrollments()
    .bulkEnroll({ workflowId: id, contacts: Buffer.from(`[${contact}]`) });
  const ref = { workflowId: id, id: enrollmentIds[0] };
  const detail = await eventually(async () => {
    const { enrollment } = await harness.enrollments().getEnrollment(ref);
    expect(enrollment?.status).toBe(EnrollmentStatus.COMPLETED);
    return enrollment;
  });
  expect(Buffer.from(detail?.contact ?? []).toString()).toBe(contact.toString());
  expect(Buffer.from(detail?.data ?? []).toString()).toContain('12345678901234567890.10');
  expect(parsed(detail?.data)).toMatchObject({ grade: 'Ada!' });
  expect(detail).toMatchObject({
    currentStepIndex: 2,
    progressPercent: 100,
    totalSteps: 3,
    isWaiting: false,
  });
  expect(detail?.currentStep).toBeUndefined();
  expect(detail?.completedAt).toBeDefined();
  expect(detail?.actionTimeline.map(({ stepName, message }) => [stepName, message])).toEqual([
    ['Start', 'Started'],
    ['Score', expect.any(String)],
    ['Done', 'graded Ada!'],
  ]);
  expect(detail).toMatchObject({ actionTimelineTruncated: false, deliveries: [], nurtureEvents: [] });
});
