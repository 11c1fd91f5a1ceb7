import { eventually } from '@drippulse/testing';
import { testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Harness, startHarness, tester } from './harness.ts';
import { apply, json, makeWorkflow, parsed, refusal, type SettingsInput, workflowOf } from './workflow.ts';

const steps = [{ type: 'trigger' }, { type: 'wait', duration: 1, unit: 'hours' }];
const dayMs = 86_400_000;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ start: false });
  // Simultaneous calls are sent to two processes.
  await harness.startRuntime();
  await harness.startRuntime();
});
afterAll(() => harness.stop());

const people = (...names: string[]) => json(names.map((name) => ({ email: `${name}@example.com`, product: name })));

const enroll = (workflowId: bigint, contacts: Uint8Array, more: object = {}, headers = {}) =>
  harness.enrollments().bulkEnroll({ workflowId, contacts, ...more }, { headers });

async function workflowWith(settings: SettingsInput, more = steps) {
  return (await makeWorkflow(harness, more, { settings })).id;
}

const total = async (workflowId: bigint) => (await harness.enrollments().listEnrollments({ workflowId })).totalCount;

async function refusedEntries(workflowId: bigint) {
  const { rows } = await sql<{ reason: string; email: string | null; lead_ref: string | null; mode: string }>`
    select reason, email, lead_ref, mode from refused_entries where workflow_id = ${workflowId} order by id`.execute(
    harness.db,
  );
  return rows;
}

test('without a rule each call creates rows', async () => {
  const workflowId = await workflowWith({});
  for (const _ of [1, 2]) {
    const answer = await enroll(workflowId, people('ada', 'ada'));
    expect(answer).toMatchObject({ createdCount: 2n, refusedCount: 0n, refused: [] });
  }
});

test('under never a person enters once: again, twice in one call, and in another case of the address', async () => {
  const workflowId = await workflowWith({ re_entry: { mode: 'never' } });
  const rows = [{ email: 'ada@example.com' }, 7, { email: 'ADA@example.com' }, { email: 'bob@example.com' }, {}, {}];
  const answer = await enroll(workflowId, json(rows));
  expect(answer).toMatchObject({ createdCount: 4n, skippedInvalidRows: 1n, refusedCount: 1n });
  expect(answer.refused).toMatchObject([{ index: 2, reason: 're_entry' }]);
  expect(await refusal(enroll(workflowId, people('ada', 'bob')))).toBe('invalid no_enrollments_created');
  expect(await total(workflowId)).toBe(4n);
  expect(answer.refused[0]?.allowedAt).toBeUndefined();
  // A refusal is recorded even when nothing was created.
  expect((await refusedEntries(workflowId)).map(({ email, mode }) => [email, mode])).toEqual([
    ['ada@example.com', 'live'],
    ['ada@example.com', 'live'],
    ['bob@example.com', 'live'],
  ]);
});

test('a dry run says what the call would do, also that it would do nothing, and leaves no trace', async () => {
  const workflowId = await workflowWith({ re_entry: { mode: 'never' }, holdout: { percent: 100 } });
  await enroll(workflowId, people('ada'));
  const key = { 'idempotency-key': 'rehearsed' };
  const rows = json([{ email: 'ada@example.com' }, 7, { email: 'bob@example.com' }, { email: 'bob@example.com' }]);
  const headers: Headers[] = [];
  const forecast = await harness
    .enrollments()
    .bulkEnroll(
      { workflowId, contacts: rows, dryRun: true },
      { headers: key, onHeader: (header) => void headers.push(header) },
    );
  expect(headers[0]?.get('x-http-status')).toBe('200');
  expect(forecast).toMatchObject({
    dryRun: true,
    createdCount: 1n,
    heldOutCount: 1n,
    enrollmentIds: [],
    skippedInvalidRows: 1n,
    refusedCount: 2n,
  });
  expect(forecast.refused).toMatchObject([
    { index: 0, reason: 're_entry' },
    { index: 3, reason: 're_entry' },
  ]);
  const nobody = await enroll(workflowId, people('ada'), { dryRun: true });
  expect(nobody).toMatchObject({ createdCount: 0n, refusedCount: 1n });
  expect(await refusedEntries(workflowId)).toEqual([]);
  // The dry run did not use the key, so the real call does what the dry run announced.
  const answer = await enroll(workflowId, rows, {}, key);
  expect(answer).toMatchObject({ createdCount: 1n, refusedCount: 2n, skippedInvalidRows: 1n });
});

test('spaces around an address or a reference make nobody another person', async () => {
  const workflowId = await workflowWith({ re_entry: { mode: 'never' } });
  const rows = [
    { email: ' ada@example.com\n' },
    { email: 'Ada@example.com' },
    { lead_ref: ' r-1' },
    { lead_ref: 'r-1 ' },
  ];
  const answer = await enroll(workflowId, json(rows));
  expect(answer.refused.map(({ index }) => index)).toEqual([1, 3]);
});

test('a reference goes before the address, and modes do not see each other', async () => {
  const workflowId = await workflowWith({ re_entry: { mode: 'never' } });
  const row = (lead_ref: string | undefined, email: string) => json([{ lead_ref, email }]);
  expect((await enroll(workflowId, row('a', 'one@example.com'))).createdCount).toBe(1n);
  expect((await enroll(workflowId, row('b', 'one@example.com'))).createdCount).toBe(1n);
  expect(await refusal(enroll(workflowId, row('a', 'two@example.com')))).toBe('invalid no_enrollments_created');
  const asTester = () => harness.enrollments(tester).bulkEnroll({ workflowId, contacts: row('a', 'one@example.com') });
  expect((await asTester()).createdCount).toBe(1n);
  expect(await refusal(asTester())).toBe('invalid no_enrollments_created');
});

test('the same key repeats the answer, refusals included, and refuses nothing anew', async () => {
  const workflowId = await workflowWith({ re_entry: { mode: 'never' } });
  const headers = { 'idempotency-key': 'gate-1' };
  const first = await enroll(workflowId, people('ada', 'ada'), {}, headers);
  expect(await enroll(workflowId, people('ada', 'ada'), {}, headers)).toEqual(first);
  expect(first).toMatchObject({ createdCount: 1n, refusedCount: 1n });
  expect(await refusedEntries(workflowId)).toHaveLength(1);
});

test('after the exit a person may enter again', async () => {
  const workflowId = await workflowWith({ re_entry: { mode: 'after_exit' } });
  const { enrollmentIds } = await enroll(workflowId, people('ada'));
  expect(await refusal(enroll(workflowId, people('ada')))).toBe('invalid no_enrollments_created');
  await harness.enrollments().deleteEnrollment({ workflowId, id: enrollmentIds[0] ?? 0n });
  expect((await enroll(workflowId, people('ada'))).createdCount).toBe(1n);
});

test('a gap says from when on a person may enter again', async () => {
  const re_entry = { mode: 'min_gap', min_gap: { duration: 2, unit: 'days' } };
  const workflowId = await workflowWith({ re_entry });
  const { enrollmentIds } = await enroll(workflowId, people('ada'), { timezone: 'Europe/Berlin' });
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: enrollmentIds[0] ?? 0n });
  const again = await enroll(workflowId, people('ada', 'bob'), { timezone: 'Europe/Berlin' });
  const allowedAt = Number(again.refused[0]?.allowedAt?.seconds ?? 0n) * 1000;
  // Clocks may be put forward or back between the two times, so the difference may be an hour off.
  const enteredAt = Number(enrollment?.createdAt?.seconds ?? 0n) * 1000;
  expect(Math.abs(allowedAt - enteredAt - 2 * dayMs)).toBeLessThanOrEqual(3_601_000);
  harness.pass(2 * dayMs + 3_700_000);
  expect((await enroll(workflowId, people('ada'))).createdCount).toBe(1n);
});

test('a template makes the key; where it is empty, the contact is it', async () => {
  const workflowId = await workflowWith({ re_entry: { mode: 'never', key: '{{ order.id }}' } });
  const order = (email: string, id?: number) => ({ email, ...(id !== undefined && { order: { id } }) });
  const rows = [order('a@x.org', 1), order('a@x.org', 2), order('b@x.org', 1), order('c@x.org'), order('c@x.org')];
  const answer = await enroll(workflowId, json(rows));
  expect(answer.refused.map(({ index }) => index)).toEqual([2, 4]);
  expect(await refusal(enroll(workflowId, json([order('z@x.org', 2)])))).toBe('invalid no_enrollments_created');
});

const seed = testSeed('races at the gate');

test.each([
  ['never', { mode: 'never' }, 1n],
  ['two in a day', { mode: 'always', max_per: { count: 2, duration: 1, unit: 'days' } }, 2n],
  ['two at once', { mode: 'always', concurrent: 2 }, 2n],
])('calls at once in two processes let a person in as often as the rule says: %s', async (_name, re_entry, most) => {
  for (let round = 0; round < 6; round++) {
    const workflowId = await workflowWith({ re_entry });
    const same = `p${seed}.${round}`;
    const calls = Array.from({ length: 6 }, (_, index) => enroll(workflowId, people(same, `other${index}`, same)));
    const answers = await Promise.all(calls);
    const created = answers.reduce((sum, { createdCount }) => sum + createdCount, 0n);
    expect(created).toBe(6n + most);
    expect(answers.reduce((sum, { refusedCount }) => sum + refusedCount, 0n)).toBe(12n - most);
  }
});

test('people who are held out have a completed row without steps, beside the totals, and the same ones each time', async () => {
  const workflowId = await workflowWith({ holdout: { percent: 40 }, re_entry: { mode: 'never' } });
  const names = Array.from({ length: 40 }, (_, index) => `h${index}`);
  const answer = await enroll(workflowId, people(...names));
  expect(answer.createdCount).toBe(40n);
  const list = (more = {}) => harness.enrollments().listEnrollments({ workflowId, limit: 100, ...more });
  const [shown, heldOut] = [await list(), await list({ holdout: true })];
  const held = heldOut.enrollments.length;
  expect(held).toBeGreaterThan(4);
  expect(shown.enrollments).toHaveLength(40 - held);
  expect([shown.totalCount, heldOut.totalCount]).toEqual([BigInt(40 - held), BigInt(held)]);
  const totals = {
    active: BigInt(40 - held),
    completed: 0n,
    totalEnrollments: BigInt(40 - held),
    holdout: BigInt(held),
  };
  expect(shown.stepFunnel?.totals).toMatchObject(totals);
  expect(
    heldOut.enrollments.every(({ outcome, completedAt }) => outcome === 'holdout' && completedAt !== undefined),
  ).toBe(true);
  expect((await list({ status: 3 })).enrollments).toEqual([]);
  expect((await list({ q: '@example.com', stepIndex: 0 })).enrollments).toEqual([]);
  expect((await list({ status: 3, holdout: true })).enrollments).toHaveLength(held);
  expect((await list({ leadRef: 'none', holdout: true })).enrollments).toEqual([]);
  const all = (await harness.enrollments().listAllEnrollments({ workflowId, holdout: true, limit: 100 })).enrollments;
  expect(all.map(({ id }) => id)).toEqual(heldOut.enrollments.map(({ id }) => id));
  const [one] = heldOut.enrollments;
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: one?.id ?? 0n });
  expect(enrollment).toMatchObject({ outcome: 'holdout', status: 3, actionTimeline: [], goalsMet: [] });
  // A new version holds out the same people.
  const emails = heldOut.enrollments.map(({ contact }) => contact?.email).sort();
  await apply(harness, workflowOf(steps, { id: workflowId, version: 2, settings: { holdout: { percent: 40 } } }));
  await enroll(workflowId, people(...names));
  const again = (await list({ holdout: true })).enrollments.map(({ contact }) => contact?.email).sort();
  expect(again).toEqual([...emails, ...emails].sort());
  await harness.enrollments().deleteEnrollment({ workflowId, id: one?.id ?? 0n });
  expect((await list()).stepFunnel?.totals?.holdout).toBe(BigInt(2 * held - 1));
});

test('nobody is told of people who are held out', async () => {
  const workflowId = await workflowWith({ holdout: { percent: 100 } }, [{ type: 'trigger' }]);
  const { enrollmentIds } = await enroll(workflowId, people('quiet'));
  const other = await enroll(await workflowWith({}), people('loud'));
  const aggregate = (id: bigint | undefined) => `enrollment:${id}`;
  await eventually(() => {
    expect(harness.published.map((event) => event.aggregate)).toContain(aggregate(other.enrollmentIds[0]));
  });
  expect(harness.published.map((event) => event.aggregate)).not.toContain(aggregate(enrollmentIds[0]));
});

test('a person of a reference is found for whoever renders something, of the newest enrollment', async () => {
  const workflowId = await workflowWith({});
  await enroll(workflowId, json([{ lead_ref: 'mine-1', first_name: 'Ada', score: 1.5 }]));
  const find = (leadRef: string) => harness.runtime().findContact({ leadRef });
  expect(parsed((await find('mine-1')).contact)).toMatchObject({ first_name: 'Ada', score: 1.5 });
  expect((await find('nobody')).contact).toBeUndefined();
});
