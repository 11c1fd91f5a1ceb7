import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { recountFunnel } from '../src/funnel/recount-funnel.ts';
import { enrollIn, eventOf, parkContacts, sendEvent, waiting } from './events.ts';
import { type Harness, startHarness, tester } from './harness.ts';
import { apply, makeWorkflow, type SettingsInput, type StepInput, workflowOf } from './workflow.ts';

const dayMs = 86_400_000;
const steps: StepInput[] = [
  { id: 'start', type: 'trigger' },
  { id: 'pause', type: 'wait', duration: 30, unit: 'days' },
  { id: 'done', type: 'log', message: 'Done' },
];
const onPaid = { name: 'bought', event_name: 'order.paid', action: 'exit' };

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness();
  // Concurrent events and moves happen in two processes.
  await harness.startRuntime();
});
afterAll(async () => {
  await harness.stop();
  await receiver.stop();
});

async function workflowWith(goals: SettingsInput['goals'], more = steps, settings: SettingsInput = {}) {
  return (await makeWorkflow(harness, more, { settings: { goals: goals ?? [], ...settings } })).id;
}

async function detailOf(workflowId: bigint, id: bigint | undefined) {
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: id ?? 0n });
  if (enrollment === undefined) throw new Error('there is no enrollment');
  return enrollment;
}

async function ends(workflowId: bigint, id: bigint | undefined, outcome: string | undefined) {
  await eventually(async () => expect((await detailOf(workflowId, id)).completedAt).toBeDefined());
  const detail = await detailOf(workflowId, id);
  expect(detail.outcome).toBe(outcome);
  return detail;
}

const totals = async (workflowId: bigint) =>
  (await harness.enrollments().listEnrollments({ workflowId })).stepFunnel?.totals;

test('an event ends the runs of its contact, by address or reference, and no other', async () => {
  const workflowId = await workflowWith([onPaid]);
  const [ada, bob, ref] = await enrollIn(harness, workflowId, [
    { email: 'ada@goals.org' },
    { email: 'bob@goals.org' },
    { lead_ref: 'r-1', email: 'other@goals.org' },
  ]);
  await sendEvent(harness, 'order.seen', 'ada@goals.org');
  await sendEvent(harness, 'order.paid', 'ADA@goals.org');
  await sendEvent(harness, 'order.paid', { lead_ref: 'r-1' });
  const detail = await ends(workflowId, ada, 'goal:bought');
  expect(detail).toMatchObject({ status: 3, goalsMet: [{ name: 'bought' }] });
  expect(detail.actionTimeline.at(-1)?.message).toBe('Goal "bought" was met: the run ends');
  await ends(workflowId, ref, 'goal:bought');
  expect((await detailOf(workflowId, bob)).completedAt).toBeUndefined();
  expect(await totals(workflowId)).toMatchObject({
    ...{ active: 1n, completed: 2n, totalEnrollments: 3n },
    ...{ exitedBy: { 'goal:bought': 2n }, goals: { bought: 2n } },
  });
  expect(await recountFunnel(harness.db, workflowId)).toEqual([]);
  await eventually(() => {
    const told = harness.published.filter((event) => event.aggregate === `enrollment:${ada}`);
    expect(told.map(({ payload }) => payload.case)).toEqual(['started', 'completed']);
    expect(told[1]?.payload.value).toMatchObject({ outcome: 'goal:bought', goalsMet: [{ name: 'bought' }] });
  });
  await harness.enrollments().deleteEnrollment({ workflowId, id: ada ?? 0n });
  expect(await totals(workflowId)).toMatchObject({ exitedBy: { 'goal:bought': 1n }, goals: { bought: 1n } });
});

test('a goal that counts is counted once, however often its event comes, and the run goes on', async () => {
  const workflowId = await workflowWith([{ name: 'seen', event_name: 'page.seen', action: 'count' }]);
  const [id] = await enrollIn(harness, workflowId, [{ email: 'count@goals.org' }]);
  await Promise.all(Array.from({ length: 5 }, () => sendEvent(harness, 'page.seen', 'count@goals.org')));
  const detail = await detailOf(workflowId, id);
  expect(detail.goalsMet).toHaveLength(1);
  // The run still waits, and lists show what it waits for.
  expect(detail.actionTimeline.slice(1).map(({ message, status }) => [message, status])).toEqual([
    [expect.stringMatching(/^Waiting/), 2],
    ['Goal "seen" was met: counted', 1],
  ]);
  expect(detail.lastAction).toMatchObject({ type: 'wait', status: 2 });
  expect(detail.actionTimelineTruncated).toBe(false);
  expect(await totals(workflowId)).toMatchObject({ active: 1n, goals: { seen: 1n }, exitedBy: {} });
});

test('a jump leads a waiting run elsewhere, once', async () => {
  const workflowId = await workflowWith([{ ...onPaid, action: 'jump', go_to: 'done' }]);
  const [id] = await enrollIn(harness, workflowId, [{ email: 'jump@goals.org' }]);
  await sendEvent(harness, 'order.paid', 'jump@goals.org');
  const detail = await ends(workflowId, id, undefined);
  expect(detail.actionTimeline.map(({ stepId }) => stepId)).toEqual(['start', 'pause', 'pause', 'done']);
});

test('an event before the entry, that of the entry itself and one of the other mode meet nothing', async () => {
  const started = [{ id: 'start', type: 'trigger', kind: 'event', event_name: 'order.paid' }, ...steps.slice(1)];
  const workflowId = await workflowWith([onPaid], started);
  await sendEvent(harness, 'order.paid', 'entry@goals.org', { caller: tester });
  const eventId = await sendEvent(harness, 'order.paid', 'entry@goals.org');
  const { started: [first] = [] } = await eventOf(harness, eventId);
  expect((await detailOf(workflowId, first?.enrollmentId)).goalsMet).toEqual([]);
  await sendEvent(harness, 'order.paid', 'entry@goals.org', { caller: tester });
  expect((await detailOf(workflowId, first?.enrollmentId)).goalsMet).toEqual([]);
  await sendEvent(harness, 'order.paid', 'entry@goals.org');
  await ends(workflowId, first?.enrollmentId, 'goal:bought');
});

test('conditions are looked at as a contact enters, before each step, and with the fields of an event', async () => {
  const rich = { name: 'rich', conditions: [{ field: 'score', operator: 'greater_than', value: 50 }], action: 'exit' };
  const workflowId = await workflowWith([rich]);
  const [at, later] = await enrollIn(harness, workflowId, [
    { email: 'at@goals.org', score: 60 },
    { email: 'later@goals.org', score: 1 },
  ]);
  expect(await detailOf(workflowId, at)).toMatchObject({ outcome: 'goal:rich', goalsMet: [{ name: 'rich' }] });
  await sendEvent(harness, 'any', { email: 'later@goals.org', score: 10 });
  expect((await detailOf(workflowId, later)).goalsMet).toEqual([]);
  await sendEvent(harness, 'any', { email: 'later@goals.org', score: 90 });
  await ends(workflowId, later, 'goal:rich');
  expect(await totals(workflowId)).toMatchObject({ exitedBy: { 'goal:rich': 2n }, goals: { rich: 2n } });
});

test('of two goals at once the first in the array acts', async () => {
  const workflowId = await workflowWith([
    { ...onPaid, name: 'one' },
    { ...onPaid, name: 'two' },
  ]);
  const [id] = await enrollIn(harness, workflowId, [{ email: 'two@goals.org' }]);
  await sendEvent(harness, 'order.paid', 'two@goals.org');
  expect((await ends(workflowId, id, 'goal:one')).goalsMet).toMatchObject([{ name: 'one' }]);
});

test('a goal that is met while the enrollment or its workflow is paused acts when it goes on', async () => {
  const workflowId = await workflowWith([onPaid]);
  const [one] = await enrollIn(harness, workflowId, [{ email: 'paused@goals.org' }]);
  await harness.enrollments().pauseEnrollment({ workflowId, id: one ?? 0n });
  await sendEvent(harness, 'order.paid', 'paused@goals.org');
  expect(await detailOf(workflowId, one)).toMatchObject({ status: 2, goalsMet: [{ name: 'bought' }] });
  await harness.enrollments().resumeEnrollment({ workflowId, id: one ?? 0n });
  await ends(workflowId, one, 'goal:bought');
  const [two] = await enrollIn(harness, workflowId, [{ email: 'lane@goals.org' }]);
  const settings = { goals: [onPaid] };
  await apply(harness, workflowOf(steps, { id: workflowId, status: WorkflowStatus.PAUSED, settings }));
  await sendEvent(harness, 'order.paid', 'lane@goals.org');
  expect((await detailOf(workflowId, two)).completedAt).toBeUndefined();
  await apply(harness, workflowOf(steps, { id: workflowId, status: WorkflowStatus.ACTIVE, settings }));
  await ends(workflowId, two, 'goal:bought');
});

const call = { id: 'call', type: 'webhook_callback', retry: { max_attempts: 5, backoff_seconds: 3600 } };

test('an effect that is out is settled first, and its result is recorded', async () => {
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    receiver.answer(async () => {
      resolve();
      await new Promise<void>((go) => {
        answer = go;
      });
      return { status: 200 };
    });
  });
  const workflowId = await workflowWith([onPaid], [{ ...call, url: receiver.url }, ...steps.slice(1)]);
  const [id] = await enrollIn(harness, workflowId, [{ email: 'out@goals.org' }]);
  await asked;
  await sendEvent(harness, 'order.paid', 'out@goals.org');
  const before = await detailOf(workflowId, id);
  expect([before.completedAt, before.goalsMet.length]).toEqual([undefined, 1]);
  answer();
  const detail = await ends(workflowId, id, 'goal:bought');
  expect(detail.actionTimeline.map(({ stepId, status }) => [stepId, status])).toEqual([
    ['call', 1],
    ['call', 1],
  ]);
});

test('a goal that is counted while an effect is out has its line, and the effect its own behind', async () => {
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    receiver.answer(async () => {
      resolve();
      await new Promise<void>((go) => {
        answer = go;
      });
      return { status: 200 };
    });
  });
  const goals = [{ name: 'seen', event_name: 'page.seen', action: 'count' }];
  const workflowId = await workflowWith(goals, [{ ...call, url: receiver.url }, ...steps.slice(1)]);
  const [id] = await enrollIn(harness, workflowId, [{ email: 'counted-out@goals.org' }]);
  await asked;
  await sendEvent(harness, 'page.seen', 'counted-out@goals.org');
  answer();
  await eventually(async () => expect((await detailOf(workflowId, id)).lastAction?.message).toMatch(/^Waiting/));
  const { actionTimeline } = await detailOf(workflowId, id);
  expect(actionTimeline.map(({ id: number, message }) => [number, message])).toEqual([
    [1n, 'Goal "seen" was met: counted'],
    [2n, expect.stringMatching(/200/)],
    [3n, expect.stringMatching(/^Waiting/)],
  ]);
});

test('an effect that waits for its next attempt is not tried again', async () => {
  let tries = 0;
  receiver.answer(async () => {
    tries += 1;
    return { status: 503 };
  });
  const workflowId = await workflowWith([onPaid], [{ ...call, url: receiver.url }]);
  const [id] = await enrollIn(harness, workflowId, [{ email: 'retry@goals.org' }]);
  await eventually(async () => expect((await detailOf(workflowId, id)).lastAction?.status).toBe(5));
  await sendEvent(harness, 'order.paid', 'retry@goals.org');
  const detail = await ends(workflowId, id, 'goal:bought');
  expect(detail.actionTimeline.map(({ message }) => message).slice(1)).toEqual([
    'Skipped: a goal was met',
    'Goal "bought" was met: the run ends',
  ]);
  expect(tries).toBe(1);
});

test('a goal ends what a run is parked for', async () => {
  const parking = waiting({ event_name: 'never.comes' });
  const { workflowId, ids } = await parkContacts(harness, parking, [{ email: 'parked@goals.org' }]);
  await apply(harness, workflowOf(parking, { id: workflowId, version: 2, settings: { goals: [onPaid] } }));
  expect((await detailOf(workflowId, ids[0])).completedAt).toBeUndefined();
  const [id] = await enrollIn(harness, workflowId, [{ email: 'parked2@goals.org' }]);
  await eventually(async () => expect((await detailOf(workflowId, id)).lastAction?.status).toBe(2));
  await sendEvent(harness, 'order.paid', 'parked2@goals.org');
  await ends(workflowId, id, 'goal:bought');
  const { rows } = await sql`select from waits where enrollment_id = ${id}`.execute(harness.db);
  expect(rows).toEqual([]);
});

test('after the end a goal is met within its window, by people who are held out too, and changes no outcome', async () => {
  const window = { duration: 10, unit: 'days' };
  const goals = [
    { ...onPaid, window },
    { name: 'short', event_name: 'order.paid', action: 'count' },
  ];
  const workflowId = await workflowWith(goals, [{ type: 'log', message: 'x' }]);
  const outside = await workflowWith(goals, steps, { holdout: { percent: 100 } });
  const person = [{ email: 'after@goals.org' }];
  const [id] = await enrollIn(harness, workflowId, person);
  const [held] = await enrollIn(harness, outside, person);
  expect((await detailOf(workflowId, id)).completedAt).toBeDefined();
  harness.pass(9 * dayMs);
  await sendEvent(harness, 'order.paid', 'after@goals.org');
  for (const [workflow, enrollment] of [
    [workflowId, id],
    [outside, held],
  ] as const)
    expect(await detailOf(workflow, enrollment)).toMatchObject({ status: 3, goalsMet: [{ name: 'bought' }] });
  expect((await detailOf(outside, held)).outcome).toBe('holdout');
  expect(await totals(workflowId)).toMatchObject({ goals: { bought: 1n }, exitedBy: {} });
  expect(await totals(outside)).toMatchObject({ goals: {}, holdout: 1n });
  const [late] = await enrollIn(harness, workflowId, [{ email: 'late@goals.org' }]);
  harness.pass(10 * dayMs + 60_000);
  await sendEvent(harness, 'order.paid', 'late@goals.org');
  expect((await detailOf(workflowId, late)).goalsMet).toEqual([]);
});

test('goals race with moves, effects and entries: each run ends once, and nothing is handed out after the goal', async () => {
  const random = createRandom(testSeed('races of goals'));
  const called = new Map<string, number>();
  receiver.answer(async ({ headers }) => {
    const key = String(headers['idempotency-key']);
    called.set(key, (called.get(key) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, random.below(20)));
    return { status: random.below(10) < 3 ? 500 : 200 };
  });
  const quick = { ...call, url: receiver.url, retry: { max_attempts: 3, backoff_seconds: 1 }, on_error: 'continue' };
  const racing = [1, 2, 3].flatMap((index) => [
    { ...quick, id: `call${index}` },
    { id: `pause${index}`, type: 'wait', duration: 1, unit: 'seconds' },
  ]);
  const seen = { name: 'seen', event_name: 'order.paid', action: 'count' };
  const workflowId = await workflowWith([seen, onPaid], racing);
  const names = Array.from({ length: 24 }, (_, index) => `race${index}@goals.org`);
  const ids = await Promise.all(
    names.map(async (email) => {
      const entering = enrollIn(harness, workflowId, [{ email }]);
      await new Promise((resolve) => setTimeout(resolve, random.below(600)));
      await sendEvent(harness, 'order.paid', email);
      return (await entering)[0];
    }),
  );
  for (const id of ids) {
    await eventually(async () => expect((await detailOf(workflowId, id)).completedAt).toBeDefined());
    const { outcome, goalsMet, actionTimeline } = await detailOf(workflowId, id);
    const goalLines = actionTimeline.flatMap(({ message }) => /^Goal "(\w+)"/.exec(message)?.[1] ?? []);
    const isMet = goalsMet.length > 0;
    expect([goalLines, outcome]).toEqual(isMet ? [['seen', 'bought'], 'goal:bought'] : [[], undefined]);
    if (isMet) expect(actionTimeline.at(-1)?.message).toMatch(/^Goal/);
    expect(actionTimeline.map(({ id: number }) => Number(number))).toEqual(actionTimeline.map((_, index) => index + 1));
    const { rows } = await sql<{ status: string; after: boolean }>`
      select status, created_at > (select max(met_at) from goals_met where enrollment_id = ${id}) as after
      from effects where enrollment_id = ${id}`.execute(harness.db);
    // A move that was running when the event was accepted may have handed out one effect.
    expect(rows.filter(({ after }) => after).length).toBeLessThanOrEqual(1);
    expect(rows.filter(({ status }) => status === 'pending')).toEqual([]);
  }
  expect(await recountFunnel(harness.db, workflowId)).toEqual([]);
  const counted = await totals(workflowId);
  expect(counted?.exitedBy['goal:bought'] ?? 0n).toBe(counted?.goals['bought'] ?? 0n);
});
