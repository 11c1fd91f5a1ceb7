import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  AnalyticsGroup,
  AnalyticsUnit,
  AnalyticsMetricName as Name,
} from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { AnalyticsDecision } from '@drippulse/proto/drippulse/analytics/v1/experiments_pb';
import { AttributionTouch } from '@drippulse/proto/drippulse/enrollments/v1/attribution_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { FaultPoint } from '../src/fault-points.ts';
import { rebuild } from '../src/rollups/rebuild.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { countsStored, publishCounts, workflowsPeer } from './steps-harness.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const kathmandu = 2n;
const tester: Caller = { ...editor, mode: 'test' };

let harness: Harness;
/** Called at the fault points of the next batch. */
let fault: ((point: FaultPoint) => void) | undefined;
beforeAll(async () => {
  harness = await startHarness({
    timezones: new Map([[kathmandu, 'Asia/Kathmandu']]),
    overrides: { fault: async (point) => fault?.(point) },
    peers: [workflowsPeer],
  });
});
afterAll(() => harness.stop());
beforeEach(async () => {
  await sql`truncate facts, step_facts, rollup_quarters, rollup_days, stale_days`.execute(harness.db.kysely);
});

type FunnelRequest = Parameters<ReturnType<Harness['analytics']>['getAnalyticsFunnel']>[0];
type ExperimentsRequest = Parameters<ReturnType<Harness['analytics']>['getAnalyticsExperiments']>[0];

const funnel = (request: FunnelRequest = {}, caller = editor) =>
  harness.analytics(caller).getAnalyticsFunnel({ workflowId: 12n, ...request });
const experiments = (request: ExperimentsRequest = {}, caller = editor) =>
  harness.analytics(caller).getAnalyticsExperiments({ workflowId: 12n, ...request });

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (refused: unknown) => fromConnectError(refused),
  );
  return `${error?.kind} ${error?.reason} ${error?.violations.map(({ field }) => field).join()}`;
}

/** Returns the bucket of a duration in milliseconds. */
const bucketOf = (ms: number) => Math.floor(Math.log(ms) / Math.log(1.1)) + 1;

test('a funnel has each step in its order, what happened there, and how long it took', async () => {
  const id = await publishCounts(harness, [
    {
      people: 10,
      steps: [
        { stepId: 'start', entered: 10, left: 10 },
        { stepId: 'mail', entered: 10, waited: 2, skipped: 1, held: 3 },
        { stepId: 'gone', entered: 1, left: 1 },
      ],
      goals: [{ name: 'bought', count: 2 }],
    },
    { variant: 'holdout', people: 4 },
  ]);
  const stays = [
    { bucket: bucketOf(hourMs), count: 3 },
    { bucket: bucketOf(9 * hourMs), count: 1 },
  ];
  const ends = { left: 5, completed: 1, failed: 1, cancelled: 1, stays };
  await publishCounts(harness, [
    {
      steps: [{ stepId: 'mail', ...ends }],
      goals: [
        { name: 'bought', count: 1 },
        { name: 'seen', count: 1 },
      ],
    },
  ]);
  await publishCounts(harness, [{ people: 90 }], { id });
  await countsStored(harness, 2);
  const { steps, goals, entered, heldOut, timezone } = await funnel();
  expect({ entered, heldOut, timezone }).toEqual({ entered: 10n, heldOut: 4n, timezone: 'UTC' });
  expect(goals).toMatchObject([
    { name: 'bought', met: 3n },
    { name: 'seen', met: 1n },
  ]);
  expect(steps.map(({ stepId, name, type }) => [stepId, name, type])).toEqual([
    ['start', 'Step start', 'trigger'],
    ['split', 'Step split', 'split'],
    ['mail', 'Step mail', 'email'],
    ['done', 'Step done', 'log'],
    ['gone', undefined, undefined],
  ]);
  expect(steps[0]).toMatchObject({ entered: 10n, left: 10n, active: 0n, timeP50Ms: 0 });
  expect(steps[1]).toMatchObject({ entered: 0n });
  expect(steps[1]?.timeP50Ms).toBeUndefined();
  expect(steps[2]).toMatchObject({
    ...{ entered: 10n, left: 5n, completed: 1n, failed: 1n, cancelled: 1n, active: 2n },
    ...{ waited: 2n, skipped: 1n, held: 3n },
    timeP50Ms: 0,
  });
  expect(Math.abs((steps[2]?.timeP95Ms ?? 0) / (9 * hourMs) - 1)).toBeLessThan(0.05);
});

test('a funnel is of those who entered in a time, with a version, a variant and a mode', async () => {
  const at = (days: number) => new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs);
  await publishCounts(harness, [
    { people: 1, at: at(10) },
    { people: 2, at: new Date(at(9).getTime() - 1) },
    { people: 4, at: new Date(at(9).getTime() + 14 * 60_000) },
    { people: 8, at: at(0), version: 2 },
    { people: 3, at: at(0), variant: 'split:A', steps: [{ stepId: 'mail', entered: 3 }] },
    { people: 16, at: at(0), mode: Mode.TEST },
    { people: 32, at: at(0), workflowId: 13n },
    { people: 64, at: at(500) },
  ]);
  await publishCounts(harness, [{ people: 128 }], { organizationId: stranger.organizationId });
  await countsStored(harness, 4);
  const entered = async (request: FunnelRequest, caller = editor) => Number((await funnel(request, caller)).entered);
  expect(await entered({})).toBe(15);
  expect(await entered({ enteredFrom: timestampFromDate(at(9)) })).toBe(12);
  expect(await entered({ enteredTo: timestampFromDate(at(9)) })).toBe(3);
  const quarter = {
    enteredFrom: timestampFromDate(at(9)),
    enteredTo: timestampFromDate(new Date(at(9).getTime() + 1)),
  };
  const { enteredFrom, enteredTo, entered: ofQuarter } = await funnel(quarter);
  expect(ofQuarter).toBe(4n);
  expect([enteredFrom, enteredTo].map((time) => time && timestampDate(time).getTime() - at(9).getTime())).toEqual([
    0, 900_000,
  ]);
  expect(await entered({ version: 2 })).toBe(8);
  expect(await entered({ variant: 'split:A' })).toBe(3);
  expect(await entered({ variant: 'split:B' })).toBe(0);
  expect(await entered({}, tester)).toBe(16);
});

test('days of entry are those of the zone of the organization, also after it changes', async () => {
  const organizationId = kathmandu;
  const caller = { ...editor, organizationId };
  const midnight = new Date(Math.floor(Date.now() / dayMs) * dayMs - 5 * dayMs + 18.25 * hourMs);
  const day = {
    enteredFrom: timestampFromDate(midnight),
    enteredTo: timestampFromDate(new Date(midnight.getTime() + dayMs)),
  };
  for (const offset of [-1, 0, dayMs - 1, dayMs]) {
    await publishCounts(harness, [{ people: 1, at: new Date(midnight.getTime() + offset) }], { organizationId });
  }
  await countsStored(harness, 4);
  expect(await funnel(day, caller)).toMatchObject({ entered: 2n, timezone: 'Asia/Kathmandu' });
  const days = async () =>
    (await sql`select from rollup_days where organization_id = ${organizationId}`.execute(harness.db.kysely)).rows
      .length;
  expect(await days()).toBe(3);
});

test.each<FaultPoint>(['before-facts-commit', 'after-facts-commit'])(
  'counts of a batch that breaks off %s are counted once',
  async (where) => {
    let breaks = 1;
    fault = (point) => {
      if (point === where && breaks-- > 0) throw new Error('broken off');
    };
    for (const _ of [1, 2, 3]) await publishCounts(harness, [{ people: 1 }]);
    await eventually(() => expect(breaks).toBeLessThan(0));
    await countsStored(harness, 3);
    fault = undefined;
    expect((await funnel()).entered).toBe(3n);
  },
);

test('a workflow that was deleted keeps its numbers, and one of others is like none', async () => {
  await publishCounts(harness, [{ workflowId: 77n, people: 2, steps: [{ stepId: 'old', entered: 2 }] }]);
  await countsStored(harness, 1);
  expect((await funnel({ workflowId: 77n })).steps).toMatchObject([{ stepId: 'old', entered: 2n, active: 2n }]);
  expect(await refusal(funnel({ workflowId: 77n }, stranger))).toBe('not_found workflow_not_found ');
  expect(await refusal(funnel({ workflowId: 12n }, stranger))).toBe('not_found workflow_not_found ');
  expect(await refusal(experiments({ workflowId: 77n }))).toBe('not_found workflow_not_found ');
  expect(await refusal(experiments({ workflowId: 12n }, stranger))).toBe('not_found workflow_not_found ');
});

test('a funnel or experiment that is not possible is refused, by the name of what is wrong', async () => {
  const [now, before] = [timestampFromDate(new Date()), timestampFromDate(new Date(Date.now() - 400 * dayMs))];
  const invalid = (field: string) => `invalid validation_failed ${field}`;
  expect(await refusal(funnel({ workflowId: -1n }))).toBe(invalid('workflow_id'));
  expect(await refusal(funnel({ variant: 'A' }))).toBe(invalid('variant'));
  expect(await refusal(funnel({ enteredFrom: before, enteredTo: now }))).toBe(invalid('entered_from'));
  expect(await refusal(funnel({ enteredFrom: now, enteredTo: before }))).toBe(invalid('entered_from'));
  expect(await refusal(experiments({ stepId: 'mail' }))).toBe(invalid('step_id'));
  expect(await refusal(experiments({ workflowId: 14n }))).toBe(invalid('goal'));
  expect(await refusal(experiments({ enteredFrom: before }))).toBe(invalid('entered_from'));
});

/** Builds the counts of people and goals of the variants A and B. */
function outcomes(version: number, people: readonly [number, number], goals: readonly [number, number]) {
  return ['A', 'B'].map((name, index) => ({
    ...{
      version,
      variant: `split:${name}`,
      people: people[index] ?? 0,
      goals: [{ name: 'bought', count: goals[index] ?? 0 }],
    },
  }));
}

test('an experiment without a difference says so, one with a large one names the winner', async () => {
  await publishCounts(harness, [
    ...outcomes(1, [1000, 1010], [100, 103]),
    { people: 2010, goals: [{ name: 'seen', count: 9 }] },
  ]);
  await countsStored(harness, 1);
  const { experiments: first, goal, holdout } = await experiments();
  expect(goal).toBe('bought');
  expect(holdout).toBeUndefined();
  expect(first).toMatchObject([
    {
      ...{ stepId: 'split', name: 'Step split', decision: AnalyticsDecision.NO_DIFFERENCE_YET },
      variants: [
        { name: 'A', people: 1000n, conversions: 100n, rate: 0.1 },
        { name: 'B', people: 1010n, conversions: 103n },
      ],
    },
  ]);
  expect(first[0]?.winner).toBeUndefined();
  expect(first[0]?.splitChance).toBeGreaterThan(0.5);
  const difference = first[0]?.variants[1]?.difference;
  expect(difference?.low).toBeLessThan(0);
  expect(difference?.high).toBeGreaterThan(0);
  expect((await experiments({ goal: 'seen' })).experiments[0]?.variants).toMatchObject([
    { conversions: 0n },
    { conversions: 0n },
  ]);

  await publishCounts(harness, outcomes(1, [1000, 990], [90, 250]));
  await countsStored(harness, 2);
  const { experiments: second } = await experiments({ stepId: 'split' });
  expect(second).toMatchObject([{ decision: AnalyticsDecision.WINNER, winner: 'B' }]);
});

test('a split is checked by the weights of each version, and a broken one has no winner', async () => {
  await publishCounts(harness, [...outcomes(1, [500, 500], [50, 50]), ...outcomes(2, [1500, 500], [150, 50])]);
  await countsStored(harness, 1);
  expect((await experiments()).experiments).toMatchObject([{ decision: AnalyticsDecision.NO_DIFFERENCE_YET }]);
  await publishCounts(harness, outcomes(2, [300, 300], [3, 250]));
  await countsStored(harness, 2);
  const [broken] = (await experiments()).experiments;
  expect(broken?.decision).toBe(AnalyticsDecision.BROKEN_SPLIT);
  expect(broken?.winner).toBeUndefined();
  expect(broken?.splitChance).toBeLessThan(0.001);
});

test('people who were held out show what the workflow as a whole leads to', async () => {
  await publishCounts(harness, [
    { people: 2000, goals: [{ name: 'bought', count: 300 }] },
    { variant: 'holdout', people: 500, goals: [{ name: 'bought', count: 25 }] },
  ]);
  await countsStored(harness, 1);
  const { holdout } = await experiments();
  expect(holdout).toMatchObject({ people: 500n, conversions: 25n, rate: 0.05, enrolled: 2000n, enrolledRate: 0.15 });
  expect(holdout?.lift?.value).toBeCloseTo(0.1, 10);
  expect(holdout?.lift?.low).toBeGreaterThan(0);
});

type MetricsRequest = Parameters<ReturnType<Harness['analytics']>['getAnalyticsMetrics']>[0];

async function metric(name: Name, request: MetricsRequest = {}, caller = editor) {
  const { metrics } = await harness.analytics(caller).getAnalyticsMetrics(request);
  return metrics.find((one) => one.name === name);
}

test('goals count when they are met, with the time that they took', async () => {
  const times = [
    { bucket: bucketOf(hourMs), count: 2 },
    { bucket: bucketOf(40 * hourMs), count: 1 },
  ];
  const entered = new Date(Date.now() - 3 * dayMs);
  await harness.enrollment('started');
  await publishCounts(harness, [
    { goals: [{ name: 'bought', count: 4, times }], at: entered },
    { variant: 'split:A', goals: [{ name: 'bought', count: 4, times }], at: entered },
    { variant: 'holdout', goals: [{ name: 'bought', count: 9 }], at: entered },
  ]);
  // The facts are: one of the enrollment that started, three of all enrollments, and three of the variant.
  await harness.stored(7);
  const from = timestampFromDate(new Date(Date.now() - dayMs));
  expect(await metric(Name.GOAL_CONVERSIONS, { from, workflowId: 12n, version: 1 })).toMatchObject({ value: 4 });
  expect(await metric(Name.CONVERSION_RATE, { from })).toMatchObject({ value: 4, n: 1n });
  const median = await metric(Name.MEDIAN_TIME_TO_GOAL, { from });
  expect(median).toMatchObject({ unit: AnalyticsUnit.MS, n: 4n });
  expect(Math.abs((median?.value ?? 0) / hourMs - 1)).toBeLessThan(0.05);
  const { series } = await harness.analytics(editor).getAnalyticsChart({ metric: Name.MEDIAN_TIME_TO_GOAL, from });
  expect(series.at(-1)?.points.at(-1)?.value).toBeCloseTo(median?.value ?? 0, 5);
});

test('metrics of a variant are of those who got it, and all enrollments count once', async () => {
  const started = [
    { people: 3, goals: [{ name: 'bought', count: 2 }] },
    { variant: 'split:A', people: 2, goals: [{ name: 'bought', count: 1 }] },
    { variant: 'split:B', people: 1, goals: [{ name: 'bought', count: 1 }] },
    { variant: 'holdout', people: 5, goals: [{ name: 'bought', count: 5 }] },
  ];
  await publishCounts(harness, started);
  for (let count = 0; count < 3; count += 1) await harness.enrollment('started');
  await harness.enrollment('completed', { variants: ['split:A', 'later:C'], outcome: 'goal:bought' });
  await harness.email('emailSent', { variants: ['split:A'] });
  const at = new Date();
  const id = await harness.email('emailSent', { at, variants: ['split:B'] });
  await harness.email('emailOpened', { variants: ['split:B'] });
  const counted = async (request: MetricsRequest) => {
    const { metrics } = await harness.analytics(editor).getAnalyticsMetrics(request);
    const names = [
      Name.ENROLLMENTS_STARTED,
      Name.COMPLETED,
      Name.EXITED,
      Name.GOAL_CONVERSIONS,
      Name.EMAILS_SENT,
      Name.OPENS,
    ];
    return names.map((name) => metrics.find((one) => one.name === name)?.value);
  };
  // The facts are: three about goals (in total, of A and of B), two variants assigned, three starts, two of the end and
  // their four copies for two variants, and three about mails and their three copies for variants.
  await harness.stored(3 + 2 + 3 + 2 + 4 + 3 + 3);
  const own = { workflowId: 12n };
  expect(await counted({})).toEqual([3, 1, 1, 2, 2, 1]);
  expect(await counted(own)).toEqual([3, 1, 1, 2, 2, 1]);
  expect(await counted({ ...own, variant: 'split:A' })).toEqual([2, 1, 1, 1, 1, 0]);
  // Mails have no version.
  expect(await counted({ ...own, variant: 'split:B', version: 1 })).toEqual([1, 0, 0, 1, 0, 0]);
  expect(await counted({ ...own, variant: 'later:C' })).toEqual([0, 1, 1, 0, 0, 0]);
  expect(await counted({ ...own, variant: 'split:Z' })).toEqual([0, 0, 0, 0, 0, 0]);
  const divided = { metric: Name.EMAILS_SENT, groupBy: AnalyticsGroup.VARIANT };
  const chart = { ...divided, ...own };
  const keys = async (request: object) =>
    (await harness.analytics(editor).getAnalyticsChart({ ...chart, ...request })).series.map(({ key, points }) => [
      key,
      points.at(-1)?.value,
    ]);
  expect(await keys({})).toEqual([
    ['split:A', 1],
    ['split:B', 1],
  ]);
  expect(await keys({ variant: 'split:B' })).toEqual([['split:B', 1]]);
  expect(await keys({ variant: 'split:A', groupBy: AnalyticsGroup.STEP })).toEqual([['hello', 1]]);
  // A repeated event changes nothing, and a recounted day has the same numbers.
  await harness.email('emailSent', { id, at, variants: ['split:B'] });
  await harness.email('emailBounced');
  await harness.stored(21);
  await rebuild(harness.db.kysely, () => undefined);
  expect(await counted({})).toEqual([3, 1, 1, 2, 2, 1]);
  expect(await counted({ ...own, variant: 'split:A' })).toEqual([2, 1, 1, 1, 1, 0]);
  const analytics = harness.analytics(editor);
  expect(await refusal(analytics.getAnalyticsMetrics({ variant: 'split:A' }))).toMatch(/invalid .* variant$/);
  expect(await refusal(analytics.getAnalyticsMetrics({ ...own, variant: 'A' }))).toMatch(/invalid .* variant$/);
  expect(await refusal(analytics.getAnalyticsChart(divided))).toMatch(/invalid .* workflow_id$/);
  const { series } = await harness.analytics(stranger).getAnalyticsChart(chart);
  expect(series).toEqual([]);
});

test('mails are divided by the categories that their steps name, of all workflows or of one', async () => {
  for (const category of ['news', 'news', 'receipts', undefined]) {
    await harness.email('emailSent', category === undefined ? {} : { category });
  }
  await harness.email('emailSent', { category: 'news', workflowId: 13n, variants: ['split:A'] });
  await harness.email('emailOpened', { category: 'news' });
  await harness.stored(7);
  const chart = async (metric: Name, workflowId?: bigint) => {
    const asked = { metric, groupBy: AnalyticsGroup.CATEGORY, ...(workflowId !== undefined && { workflowId }) };
    const { series } = await harness.analytics(editor).getAnalyticsChart(asked);
    return series.map(({ key, points }) => [key, points.at(-1)?.value]);
  };
  expect(await chart(Name.EMAILS_SENT)).toEqual([
    ['news', 3],
    ['receipts', 1],
  ]);
  expect(await chart(Name.EMAILS_SENT, 13n)).toEqual([['news', 1]]);
  expect(await chart(Name.OPENS)).toEqual([['news', 1]]);
});

test('attempts of webhooks count by their outcome, with the time that they took', async () => {
  const counts = [
    { webhookId: 7n, mode: Mode.LIVE, succeeded: true, bucket: bucketOf(100), count: 90 },
    { webhookId: 7n, mode: Mode.LIVE, succeeded: false, bucket: bucketOf(2_000), count: 10 },
    { webhookId: 8n, mode: Mode.LIVE, succeeded: true, bucket: 0, count: 100 },
    { webhookId: 9n, mode: Mode.TEST, succeeded: false, bucket: 1, count: 5 },
  ];
  const payload = { case: 'attemptsCounted' as const, value: { counts } };
  const at = new Date();
  const id = await harness.publish(WebhookEventSchema, { at, payload });
  await harness.publish(WebhookEventSchema, { at, id, payload });
  await harness.stored(4);
  expect(await metric(Name.WEBHOOK_SUCCESS_RATE)).toMatchObject({ value: 0.95, n: 200n });
  expect(await metric(Name.WEBHOOK_SUCCESS_RATE, {}, tester)).toMatchObject({ value: 0, n: 5n });
  const slowest = await metric(Name.WEBHOOK_P95_MS);
  expect(Math.abs((slowest?.value ?? 0) / 100 - 1)).toBeLessThan(0.05);
  const { series } = await harness
    .analytics(editor)
    .getAnalyticsChart({ metric: Name.WEBHOOK_SUCCESS_RATE, groupBy: AnalyticsGroup.WEBHOOK });
  expect(series.map(({ key, points }) => [key, points.at(-1)?.value])).toEqual([
    ['7', 0.9],
    ['8', 1],
  ]);
});

test('a project has the numbers of its workflows, and that of others has none', async () => {
  for (const workflowId of [12n, 13n, 13n, 77n]) await harness.enrollment('started', { workflowId });
  await harness.stored(4);
  const started = async (request: MetricsRequest, caller = editor) =>
    (await metric(Name.ENROLLMENTS_STARTED, request, caller))?.value;
  expect(await started({})).toBe(4);
  expect(await started({ projectId: 5n })).toBe(3);
  expect(await started({ projectId: 5n, workflowId: 13n })).toBe(2);
  expect(await started({ projectId: 5n, workflowId: 77n })).toBe(0);
  expect(await started({ projectId: 6n })).toBe(0);
  expect(await started({ projectId: 5n }, stranger)).toBe(0);
  const chart = { metric: Name.ENROLLMENTS_STARTED, projectId: 5n, groupBy: AnalyticsGroup.WORKFLOW };
  const { series } = await harness.analytics(editor).getAnalyticsChart(chart);
  expect(series.map(({ key, points }) => [key, points.at(-1)?.value])).toEqual([
    ['13', 2],
    ['12', 1],
  ]);
});

test('what was won is attributed to the workflow of the last touch, each currency by itself', async () => {
  const value = { workflowId: 12n, version: 2, stepId: 'mail', touch: AttributionTouch.CLICK };
  for (const amount of [{ amountCents: 500n, currency: 'EUR' }, { amountCents: 700n, currency: 'EUR' }, {}]) {
    await harness.publish(EnrollmentEventSchema, {
      payload: { case: 'opportunityAttributed', value: { ...value, ...amount } },
    });
  }
  await harness.stored(3);
  const found = { value: 1200, currency: 'EUR', n: 2n };
  expect(await metric(Name.ATTRIBUTED_AMOUNT_CENTS)).toMatchObject(found);
  expect(await metric(Name.ATTRIBUTED_AMOUNT_CENTS, { workflowId: 12n, version: 2 })).toMatchObject(found);
  expect(await metric(Name.ATTRIBUTED_AMOUNT_CENTS, { workflowId: 13n })).toBeUndefined();
});
