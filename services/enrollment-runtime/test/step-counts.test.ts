import type { CohortCounts, StepCounts } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { recountFunnel } from '../src/funnel/recount-funnel.ts';
import { enrollIn, sendEvent } from './events.ts';
import { type Harness, startHarness } from './harness.ts';
import { apply, makeWorkflow, type StepInput, workflowOf } from './workflow.ts';

const hourMs = 3_600_000;

/** Half of the people wait an hour. Afterwards, those of them with a score below 5 fail. */
const steps: StepInput[] = [
  { id: 'start', type: 'trigger' },
  {
    id: 'split',
    type: 'split',
    variants: [
      { name: 'A', weight: 1, go_to: 'next' },
      { name: 'B', weight: 1, go_to: 'done' },
    ],
  },
  { id: 'pause', type: 'wait', duration: 1, unit: 'hours' },
  {
    id: 'check',
    type: 'condition',
    conditions: [{ field: 'score', operator: 'less_than', value: 5 }],
    on_true: 'bad',
    on_false: 'done',
  },
  { id: 'bad', type: 'end', status: 'failed', reason: 'too low' },
  { id: 'done', type: 'log', message: 'Done' },
];
const goals = [{ name: 'bought', event_name: 'order.paid', window: { duration: 10, unit: 'days' }, action: 'count' }];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

function people(count: number) {
  return Array.from({ length: count }, (_, index) => ({ email: `p${index}@counts.org`, score: index % 10 }));
}

/** Returns the published cohorts of a workflow, of all enrollments or of those with a variant. */
function cohortsOf(workflowId: bigint, variant = ''): CohortCounts[] {
  return harness.published.flatMap(({ payload }) =>
    payload.case === 'stepsCounted'
      ? payload.value.cohorts.filter((cohort) => cohort.workflowId === workflowId && cohort.variant === variant)
      : [],
  );
}

type Change = Exclude<keyof StepCounts, '$typeName' | '$unknown' | 'stepId' | 'stays'>;

/** Sums a change by step; steps without the change are left out. */
function sums(workflowId: bigint, change: Change | 'active', variant = ''): Record<string, number> {
  const by = new Map<string, number>();
  for (const { stepId, ...step } of cohortsOf(workflowId, variant).flatMap((cohort) => cohort.steps)) {
    const active = step.entered - step.left - step.completed - step.failed - step.cancelled;
    by.set(stepId, (by.get(stepId) ?? 0) + (change === 'active' ? active : step[change]));
  }
  return Object.fromEntries([...by].filter(([, sum]) => sum !== 0));
}

const peopleOf = (workflowId: bigint, variant = '') =>
  cohortsOf(workflowId, variant).reduce((sum, cohort) => sum + cohort.people, 0);

function goalsOf(workflowId: bigint, variant = ''): number {
  const goals = cohortsOf(workflowId, variant).flatMap((cohort) => cohort.goals);
  return goals.reduce((sum, { name, count }) => sum + (name === 'bought' ? count : 0), 0);
}

async function counters(workflowId: bigint, column: 'active' | 'completed' | 'failed' | 'cancelled') {
  const { rows } = await sql<{ step_id: string; number: number }>`
    select step_id, sum(${sql.id(column)})::int as number from counters
    where workflow_id = ${workflowId} group by 1 having sum(${sql.id(column)}) <> 0`.execute(harness.db);
  return Object.fromEntries(rows.map(({ step_id, number }) => [step_id, number]));
}

/** Waits until the published sums equal the counters. */
async function agree(workflowId: bigint, columns = ['active', 'completed', 'failed', 'cancelled'] as const) {
  await eventually(async () => {
    for (const column of columns) expect(sums(workflowId, column)).toEqual(await counters(workflowId, column));
  });
  expect(await recountFunnel(harness.db, workflowId)).toEqual([]);
}

const rowsOf = async (workflowId: bigint) =>
  (await harness.enrollments().listEnrollments({ workflowId, limit: 100 })).enrollments;

test('what is published agrees with the counters through moves, failures, retries and a deleted workflow', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  await enrollIn(harness, workflowId, people(40));
  await agree(workflowId);
  const waiting = sums(workflowId, 'active')['pause'] ?? 0;
  expect(waiting).toBeGreaterThan(0);
  expect(sums(workflowId, 'waited')).toEqual({ pause: waiting });
  expect(sums(workflowId, 'entered')).toMatchObject({ start: 40, split: 40, pause: waiting });
  expect(peopleOf(workflowId)).toBe(40);

  harness.pass(hourMs);
  await eventually(async () => expect(await counters(workflowId, 'active')).toEqual({}));
  await agree(workflowId);
  const failed = sums(workflowId, 'failed')['bad'] ?? 0;
  expect(failed).toBeGreaterThan(0);
  const stays = cohortsOf(workflowId).flatMap((cohort) => cohort.steps.flatMap((step) => step.stays));
  expect(stays.reduce((sum, { count }) => sum + count, 0)).toBe(waiting);
  for (const { bucket } of stays) {
    expect(1.1 ** bucket).toBeGreaterThan(hourMs);
    // An hour, plus the time that the machine took.
    expect(1.1 ** (bucket - 1)).toBeLessThan(2 * hourMs);
  }

  const [row] = (await rowsOf(workflowId)).filter(({ currentStepIndex }) => currentStepIndex === 4);
  await harness.enrollments().retryEnrollment({ workflowId, id: row?.id ?? 0n });
  await eventually(async () => expect(await counters(workflowId, 'failed')).toEqual({ bad: failed }));
  await agree(workflowId);

  await enrollIn(harness, workflowId, people(20));
  await apply(harness, workflowOf(steps, { id: workflowId }), { deleted: true });
  await eventually(async () => expect(await counters(workflowId, 'active')).toEqual({}));
  await agree(workflowId);
  expect(sums(workflowId, 'cancelled')['pause']).toBeGreaterThan(0);
  // The events about ended enrollments name the variants under which the steps were counted.
  for (const [kind, variant] of [
    ['completed', 'split:A'],
    ['completed', 'split:B'],
    ['cancelled', 'split:A'],
  ] as const) {
    const ended = harness.published.filter(
      ({ payload }) => payload.case === kind && payload.value.workflowId === workflowId,
    );
    const counted = Object.values(sums(workflowId, kind, variant)).reduce((sum, each) => sum + each, 0);
    expect(ended.filter(({ variants }) => variants.includes(variant))).toHaveLength(counted);
    expect(counted).toBeGreaterThan(0);
  }
});

test('a removed enrollment is cancelled where it was, and keeps its number when it had ended', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  await enrollIn(harness, workflowId, people(20));
  const rows = await rowsOf(workflowId);
  const living = rows.find(({ completedAt }) => completedAt === undefined);
  const ended = rows.find(({ completedAt }) => completedAt !== undefined);
  const before = (await counters(workflowId, 'completed'))['done'] ?? 0;
  for (const row of [living, ended]) await harness.enrollments().deleteEnrollment({ workflowId, id: row?.id ?? 0n });
  await eventually(async () => {
    expect(sums(workflowId, 'cancelled')).toEqual({ pause: 1 });
    expect(sums(workflowId, 'active')).toEqual(await counters(workflowId, 'active'));
  });
  await eventually(() => expect(sums(workflowId, 'completed')['done']).toBe(before));
  expect((await counters(workflowId, 'completed'))['done']).toBe(before - 1);
});

test('the variants of a split share all people, and who entered a step with a variant leaves it with the variant', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps, { settings: { goals } });
  await enrollIn(harness, workflowId, people(40));
  await eventually(() => expect(peopleOf(workflowId, 'split:A') + peopleOf(workflowId, 'split:B')).toBe(40));
  const [a, b] = [peopleOf(workflowId, 'split:A'), peopleOf(workflowId, 'split:B')];
  expect(sums(workflowId, 'entered', 'split:A')).toEqual({ pause: a });
  expect(sums(workflowId, 'active', 'split:A')).toEqual({ pause: a });
  expect(sums(workflowId, 'completed', 'split:B')).toEqual({ done: b });
  const { id: waiting, contact } = (await rowsOf(workflowId)).find((row) => row.completedAt === undefined) ?? {};
  const { contact: went } = (await rowsOf(workflowId)).find((row) => row.completedAt !== undefined) ?? {};
  expect(waiting).toBeDefined();
  for (const email of [contact?.email, went?.email, went?.email]) await sendEvent(harness, 'order.paid', email ?? '');
  await eventually(() => expect(goalsOf(workflowId)).toBe(2));
  expect([goalsOf(workflowId, 'split:A'), goalsOf(workflowId, 'split:B')]).toEqual([1, 1]);
  harness.pass(hourMs);
  await eventually(() => expect(sums(workflowId, 'active')).toEqual({}));
  await eventually(() => expect(sums(workflowId, 'active', 'split:A')).toEqual({}));
});

test('people who are held out are counted apart, with the goals that they meet', async () => {
  const { id: workflowId } = await makeWorkflow(harness, steps, { settings: { goals, holdout: { percent: 100 } } });
  await enrollIn(harness, workflowId, people(3));
  await sendEvent(harness, 'order.paid', 'p1@counts.org');
  await eventually(() => expect([peopleOf(workflowId, 'holdout'), goalsOf(workflowId, 'holdout')]).toEqual([3, 1]));
  expect([peopleOf(workflowId), goalsOf(workflowId)]).toEqual([0, 0]);
  expect(sums(workflowId, 'entered')).toEqual({});
});
