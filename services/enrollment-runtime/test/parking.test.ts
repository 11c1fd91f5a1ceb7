import type { EffectResult } from '@drippulse/engine';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually, somebodyWaits } from '@drippulse/testing';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql, type Transaction } from 'kysely';
import { contactKeysOf, lockContacts } from '../src/contacts/lock-contacts.ts';
import type { DB } from '../src/db/schema.ts';
import { settleAllParked, settleParked } from '../src/parking/settle-parked.ts';
import { type Harness, startHarness } from './harness.ts';
import { apply, contacts, makeWorkflow, type StepInput, workflowOf } from './workflow.ts';

const hourMs = 3_600_000;
const waiting: StepInput[] = [
  { type: 'trigger' },
  {
    type: 'wait_for_event',
    id: 'paid',
    event_name: 'order.paid',
    timeout: { duration: 1, unit: 'hours' },
    on_event: 'thanks',
    on_timeout: 'late',
  },
  { type: 'log', id: 'late', message: 'Too late' },
  { type: 'end', id: 'over' },
  { type: 'log', id: 'thanks', message: 'Thanks for {{ event.properties.order }}' },
];
const came: EffectResult = {
  outcome: 'succeeded',
  message: 'order.paid came',
  output: { event: { name: 'order.paid', properties: { order: 7 } } },
  exit: 'on_event',
};

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

/** Enrolls contacts whose runs park, and returns the settlement of each. */
async function park(count = 1, steps = waiting, of = harness) {
  const { id: workflowId } = await makeWorkflow(of, steps);
  const { enrollmentIds } = await of
    .enrollments()
    .bulkEnroll({ workflowId, contacts: contacts(count, `p${workflowId}-`) });
  return { workflowId, parked: await untilParked(of, workflowId, enrollmentIds) };
}

type Parked = { workflowId: bigint; enrollmentId: bigint; key: string; until: Date; email: string };

async function untilParked(of: Harness, workflowId: bigint, ids: readonly bigint[]): Promise<Parked[]> {
  return eventually(async () => {
    const { rows } = await sql<Parked>`
      select runs.workflow_id as "workflowId", runs.enrollment_id as "enrollmentId", effect_key as key,
        next_run_at as until, enrollments.email
      from runs
      join effects on effects.enrollment_id = runs.enrollment_id and effects.step_index = runs.step_index
      join enrollments on enrollments.workflow_id = runs.workflow_id and enrollments.id = runs.enrollment_id
      where runs.workflow_id = ${workflowId} and phase = 'parked' and effects.result is null
      order by runs.enrollment_id`.execute(of.db);
    expect(rows).toHaveLength(ids.length);
    return rows;
  });
}

const inTransaction = <T>(change: (trx: Transaction<DB>) => Promise<T>, of = harness): Promise<T> =>
  of.db.transaction().execute(change);

const lock = (trx: Transaction<DB>, parked: readonly Parked[]) =>
  lockContacts(
    trx,
    parked.flatMap(({ email }) => contactKeysOf({ organizationId: 1n, mode: 'live', email, leadRef: null })),
  );

const before = (parked: Parked, ms = 1) => ({ ...parked, result: came, at: new Date(parked.until.getTime() - ms) });

async function linesOf({ workflowId, enrollmentId: id }: Parked): Promise<string[]> {
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id });
  return enrollment?.actionTimeline.map(({ stepId, message }) => `${stepId}: ${message.split(' (until')[0]}`) ?? [];
}

/** Wakes the runtime. The test's changes in the database wake no loop, but a call for any workflow does. */
async function wake(of: Harness): Promise<void> {
  const { id: workflowId } = await makeWorkflow(of, [{ type: 'trigger' }]);
  await of.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
}

/** Moves past the end of all parkings, and waits until `count` runs have completed. */
async function untilEnded({ workflowId }: { workflowId: bigint }, count = 1, of = harness): Promise<void> {
  of.pass(hourMs);
  await wake(of);
  await eventually(async () => {
    const { stepFunnel } = await of.enrollments().listEnrollments({ workflowId, limit: 1 });
    expect(stepFunnel?.totals).toMatchObject({ completed: BigInt(count) });
  });
}

const thanked = [
  's0: Started',
  'paid: Waiting for order.paid, 1 hour at most',
  'paid: order.paid came',
  'thanks: Thanks for 7',
];
const late = [
  's0: Started',
  'paid: Waiting for order.paid, 1 hour at most',
  'paid: No such event arrived in time',
  'late: Too late',
  'over: Ended as completed',
];

test('a parked run shows its end, and goes on by the exit of what settles it, whose output is in its data', async () => {
  const { workflowId, parked } = await park();
  const [one] = parked;
  if (one === undefined) throw new Error('one is parked');
  const shown = await harness.enrollments().getEnrollment({ workflowId, id: one.enrollmentId });
  expect(shown.enrollment).toMatchObject({ isWaiting: true, status: EnrollmentStatus.ACTIVE, currentStepIndex: 1 });
  expect(await inTransaction((trx) => settleParked(trx, before(one)))).toBe(true);
  await untilEnded({ workflowId });
  expect(await linesOf(one)).toEqual(thanked);
});

test('one that nobody settles takes the exit of its timeout, and nothing settles it afterwards', async () => {
  const { workflowId, parked } = await park();
  const [one] = parked;
  if (one === undefined) throw new Error('one is parked');
  await untilEnded({ workflowId });
  expect(await linesOf(one)).toEqual(late);
  expect(await inTransaction((trx) => settleParked(trx, before(one)))).toBe(false);
});

test('what comes at the end or later does not count, even before the timeout was noticed', async () => {
  const { workflowId, parked } = await park();
  const [one] = parked;
  if (one === undefined) throw new Error('one is parked');
  expect(await inTransaction((trx) => settleParked(trx, before(one, 0)))).toBe(false);
  await untilEnded({ workflowId });
  expect(await linesOf(one)).toEqual(late);
});

test('the first of two results counts', async () => {
  const { workflowId, parked } = await park();
  const [one] = parked;
  if (one === undefined) throw new Error('one is parked');
  const second = { ...before(one), result: { ...came, message: 'a second time' } };
  const both = [second, before(one, 2)].map((settlement) => inTransaction((trx) => settleParked(trx, settlement)));
  const settled = await Promise.all(both);
  expect(settled.toSorted()).toEqual([false, true]);
  await untilEnded({ workflowId });
  expect((await linesOf(one))[2]).toBe(settled[0] ? 'paid: a second time' : 'paid: order.paid came');
});

test('of results that come together for one run the earliest counts, and at one time the first', async () => {
  const { parked } = await park(2);
  const [one, other] = parked;
  if (one === undefined || other === undefined) throw new Error('two are parked');
  const named = (settlement: ReturnType<typeof before>, message: string) => ({
    ...settlement,
    result: { ...came, message },
  });
  const settled = await inTransaction((trx) =>
    settleAllParked(trx, [
      named(before(one, 1), 'later'),
      named(before(other, 1), 'first'),
      named(before(one, 2), 'earlier'),
      named(before(other, 1), 'second'),
    ]),
  );
  expect([...settled].toSorted()).toEqual([one.key, other.key].toSorted());
  await untilEnded(one, 2);
  expect([(await linesOf(one))[2], (await linesOf(other))[2]]).toEqual(['paid: earlier', 'paid: first']);
});

test('a result that came before the end wins against a timeout that waits for its commit', async () => {
  const { workflowId, parked } = await park();
  const [one] = parked;
  if (one === undefined) throw new Error('one is parked');
  await inTransaction(async (trx) => {
    await lock(trx, parked);
    harness.pass(hourMs);
    await wake(harness);
    await somebodyWaits(trx);
    expect(await settleParked(trx, before(one))).toBe(true);
  });
  await untilEnded({ workflowId });
  expect(await linesOf(one)).toEqual(thanked);
});

test('results and timeouts at once, many times, in two runtimes: each run goes on once, by the one that counts', async () => {
  const random = createRandom(testSeed('races of parkings'));
  const pair = await startHarness();
  try {
    await pair.startRuntime();
    const { workflowId, parked } = await park(200, waiting, pair);
    const settled = new Map<bigint, boolean>();
    const [first] = parked;
    if (first === undefined) throw new Error('some are parked');
    // Half of the results arrive around the end, when the runtimes expire the runs.
    pair.pass(hourMs - 300);
    const groups = Array.from({ length: 20 }, (_, index) => parked.filter((_one, place) => place % 20 === index));
    await Promise.all(
      groups.map(async (group) => {
        for (let pause = random.below(40); pause > 0; pause--) await sql`select`.execute(pair.db);
        await inTransaction(async (trx) => {
          await lock(trx, group);
          const { rows } = await sql<{ at: Date }>`
            select clock_timestamp() + make_interval(secs => ${pair.shiftMs() / 1000}::float8) as at`.execute(trx);
          const at = rows[0]?.at ?? new Date(0);
          const shuffled = group.toSorted(() => random.below(2) - 0.5);
          const keys = await settleAllParked(
            trx,
            shuffled.map((one) => ({ ...one, result: came, at })),
          );
          for (const one of group) {
            settled.set(one.enrollmentId, keys.has(one.key));
            if (keys.has(one.key)) expect(at.getTime()).toBeLessThan(one.until.getTime());
          }
        }, pair);
      }),
    );
    await untilEnded({ workflowId }, 200, pair);
    const { rows } = await sql<{ enrollment_id: bigint; steps: string }>`
      select enrollment_id, string_agg(step_index || status, ' ' order by sequence) as steps
      from timeline_lines where enrollment_id = any (${parked.map(({ enrollmentId }) => enrollmentId)}::bigint[])
      group by enrollment_id`.execute(pair.db);
    expect(rows).toHaveLength(200);
    for (const { enrollment_id: id, steps } of rows) {
      expect([id, steps]).toEqual([
        id,
        settled.get(id)
          ? '0succeeded 1waiting 1succeeded 4succeeded'
          : '0succeeded 1waiting 1succeeded 2succeeded 3succeeded',
      ]);
    }
  } finally {
    await pair.stop();
  }
});

test('what comes while a run is paused counts when it is resumed, and its end has not moved', async () => {
  const { workflowId, parked } = await park(2);
  const [one, other] = parked;
  if (one === undefined || other === undefined) throw new Error('two are parked');
  for (const { enrollmentId: id } of parked) await harness.enrollments().pauseEnrollment({ workflowId, id });
  expect(await inTransaction((trx) => settleParked(trx, before(one)))).toBe(true);
  harness.pass(hourMs);
  for (const { enrollmentId: id } of parked) await harness.enrollments().resumeEnrollment({ workflowId, id });
  await untilEnded({ workflowId }, 2);
  expect(await linesOf(one)).toEqual(thanked);
  expect(await linesOf(other)).toEqual(late);
});

test('what comes while its workflow is paused or archived counts; a deleted one settles nothing', async () => {
  const { workflowId, parked } = await park();
  const [one] = parked;
  if (one === undefined) throw new Error('one is parked');
  const set = (status: WorkflowStatus) => apply(harness, workflowOf(waiting, { id: workflowId, status }));
  await set(WorkflowStatus.PAUSED);
  expect(await inTransaction((trx) => settleParked(trx, before(one)))).toBe(true);
  await set(WorkflowStatus.ARCHIVED);
  await untilEnded({ workflowId });
  expect(await linesOf(one)).toEqual(thanked);

  const { workflowId: gone, parked: left } = await park(2);
  await harness.enrollments().deleteEnrollment({ workflowId: gone, id: left[0]?.enrollmentId ?? 0n });
  await apply(harness, workflowOf(waiting, { id: gone }), { deleted: true });
  await eventually(async () => {
    const { rows } = await sql`select from runs where workflow_id = ${gone}`.execute(harness.db);
    expect(rows).toEqual([]);
  });
  for (const parking of left) {
    expect(await inTransaction((trx) => settleParked(trx, before(parking)))).toBe(false);
  }
});

test('a run keeps when its wait began, the variants it took, and why it ended; a line the version it was written under', async () => {
  const steps: StepInput[] = [
    { type: 'trigger' },
    { type: 'split', id: 'ways', variants: [{ name: 'A' }] },
    ...waiting.slice(1),
  ];
  const { workflowId, parked } = await park(1, steps);
  const [one] = parked;
  if (one === undefined) throw new Error('one is parked');
  const { rows: runs } = await sql`
    select variants::text, extract(epoch from next_run_at - entered_at)::int as seconds from runs
    where enrollment_id = ${one.enrollmentId}`.execute(harness.db);
  expect(runs).toEqual([{ variants: '{"ways":"A"}', seconds: 3_600 }]);
  await untilEnded({ workflowId });
  const { rows: outcomes } = await sql`
    select variants::text, reason from outcomes where enrollment_id = ${one.enrollmentId}`.execute(harness.db);
  expect(outcomes).toEqual([{ variants: '{"ways":"A"}', reason: 'end_step' }]);
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: one.enrollmentId });
  expect(new Set(enrollment?.actionTimeline.map(({ workflowVersion }) => workflowVersion))).toEqual(new Set([1]));
});
