import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import {
  AnalyticsGroup,
  AnalyticsInterval,
  AnalyticsMetricName as Name,
} from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness, stranger } from './harness.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const tester: Caller = { ...editor, mode: 'test' };
/**
 * The midnight (UTC) at the start of yesterday. The day is over, so no test crosses its end, and its facts do not count
 * as late yet.
 */
const midnight = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
const at = (hours: number) => new Date(midnight + hours * hourMs);

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await tellHistory(harness);
});
afterAll(() => harness.stop());

const historyFacts = 24;

/** Publishes the events of one day, and of the day before it. */
async function tellHistory({ publish, enrollment, email, stored }: Harness): Promise<void> {
  const aggregates = { organizationId: editor.organizationId };
  const workflow = (name: string) => ({ id: 12n, name });
  await publish(WorkflowEventSchema, { ...aggregates, payload: { case: 'created', value: workflow('Welcome') } });
  for (const hours of [-20, -19, 1, 2, 3, 30]) await enrollment('started', { at: at(hours) });
  await enrollment('started', { at: at(4), workflowId: 13n });
  await enrollment('started', { at: at(4), mode: Mode.TEST });
  await enrollment('started', { at: at(4), organizationId: stranger.organizationId });
  await enrollment('completed', { at: at(5), version: 2, outcome: 'goal:paid', createdAt: at(1) });
  for (const hours of [5, 6, 7, 8]) await email('emailSent', { at: at(hours), to: 'ada@lovelace.example' });
  await email('emailSent', { at: at(9), stepId: 'bye' });
  await email('emailBounced', { at: at(9), stepId: 'bye' });
  await email('emailOpened', { at: at(10), to: 'ada@lovelace.example' });
  await publish(CrmEventSchema, { at: at(11), payload: { case: 'leadCreated', value: { id: 'lead' } } });
  for (const [amountCents, currency] of [
    [500n, 'EUR'],
    [700n, 'EUR'],
    [900n, 'USD'],
  ] as const) {
    const value = { id: 'won', amountCents, currency };
    await publish(CrmEventSchema, { at: at(12), payload: { case: 'opportunityWon', value } });
  }
  const execution = { agentId: 7n, mode: Mode.LIVE, costUsd: '0.012345', durationMs: 20n };
  await publish(AgentEventSchema, { at: at(13), payload: { case: 'executionCompleted', value: execution } });
  await publish(AgentEventSchema, {
    at: at(13),
    payload: { case: 'executionFailed', value: { ...execution, costUsd: '1' } },
  });
  await stored(historyFacts);
}

const day = { from: timestampFromDate(at(0)), to: timestampFromDate(at(24)) };

const nameOf = new Map<Name, string>(Object.entries(Name).map(([text, name]) => [name, text]));

async function values(caller: Caller, request: Parameters<ReturnType<Harness['analytics']>['getAnalyticsMetrics']>[0]) {
  const { metrics } = await harness.analytics(caller).getAnalyticsMetrics(request);
  return new Map(metrics.map((metric) => [`${nameOf.get(metric.name)}${metric.currency ?? ''}`, metric]));
}

test('totals are those of the history, beside those of the day before', async () => {
  const found = await values(editor, day);
  const shown = Object.fromEntries([...found].map(([name, { value, n }]) => [name, [value, Number(n)]]));
  expect(shown).toEqual({
    ENROLLMENTS_STARTED: [4, 4],
    COMPLETED: [1, 1],
    FAILED: [0, 0],
    CANCELLED: [0, 0],
    EXITED: [1, 1],
    GOAL_CONVERSIONS: [0, 0],
    CONVERSION_RATE: [0, 4],
    MEDIAN_TIME_TO_GOAL: [undefined, 0],
    EMAILS_SENT: [5, 5],
    DELIVERED: [4, 4],
    OPENS: [1, 1],
    CLICKS: [0, 0],
    UNSUBSCRIBES: [0, 0],
    BOUNCES: [1, 1],
    COMPLAINTS: [0, 0],
    HUMAN_OPEN_RATE: [0.25, 4],
    CLICK_RATE: [0, 4],
    LEADS_CREATED: [1, 1],
    OPPORTUNITIES_WON: [3, 3],
    WON_AMOUNT_CENTSEUR: [1200, 2],
    WON_AMOUNT_CENTSUSD: [900, 1],
    AGENT_EXECUTIONS: [2, 2],
    AGENT_COST_USD: [1.012345, 2],
    AGENT_SUCCESS_RATE: [0.5, 2],
    WEBHOOK_SUCCESS_RATE: [undefined, 0],
    WEBHOOK_P95_MS: [undefined, 0],
  });
  expect(found.get('ENROLLMENTS_STARTED')).toMatchObject({ previous: 2, change: 1 });
  expect(found.get('HUMAN_OPEN_RATE')?.previous).toBeUndefined();
  expect(found.get('OPENS')).toMatchObject({ previous: 0 });
  expect(found.get('OPENS')?.change).toBeUndefined();
});

test('a time that begins and ends within a day is counted by its quarter hours', async () => {
  const started = async (from: number, to: number) => {
    const found = await values(editor, { from: timestampFromDate(at(from)), to: timestampFromDate(at(to)) });
    return found.get('ENROLLMENTS_STARTED')?.value;
  };
  expect([await started(1.25, 3), await started(1.3, 3.01), await started(-19, 1.01), await started(2, 31)]).toEqual([
    1, 2, 2, 4,
  ]);
});

test('numbers are of one organization, of one mode, and of one workflow if one is asked for', async () => {
  const started = async (caller: Caller, more: object = {}) =>
    (await values(caller, { ...day, ...more })).get('ENROLLMENTS_STARTED')?.value;
  expect(await started(stranger)).toBe(1);
  expect(await started(tester)).toBe(1);
  expect(await started(editor, { workflowId: 12n })).toBe(3);
  expect(await started(editor, { workflowId: 12n, version: 2 })).toBe(0);
  expect(await started(stranger, { workflowId: 13n })).toBe(0);
  expect(await started(editor, { workflowId: 999_999n })).toBe(0);
});

type Shown = { key: string; label: string; values: (number | undefined)[] };

async function chart(
  caller: Caller,
  request: Parameters<ReturnType<Harness['analytics']>['getAnalyticsChart']>[0],
): Promise<Shown[]> {
  const { series } = await harness.analytics(caller).getAnalyticsChart({ ...day, ...request });
  return series.map(({ key, label, points }) => ({ key, label, values: points.map(({ value }) => value) }));
}

test('a chart has a point for each interval, and a series for each part', async () => {
  const from = timestampFromDate(at(-24));
  const metric = Name.ENROLLMENTS_STARTED;
  expect(await chart(editor, { metric, from })).toEqual([{ key: 'total', label: 'total', values: [2, 4] }]);
  const hours = await chart(editor, { metric, interval: AnalyticsInterval.HOUR, to: timestampFromDate(at(4)) });
  expect(hours).toEqual([{ key: 'total', label: 'total', values: [0, 1, 1, 1] }]);
  expect(await chart(editor, { metric, from, groupBy: AnalyticsGroup.WORKFLOW })).toEqual([
    { key: '12', label: 'Welcome', values: [2, 3] },
    { key: '13', label: '13', values: [0, 1] },
  ]);
  const sent = { metric: Name.EMAILS_SENT, workflowId: 12n };
  expect(await chart(editor, { ...sent, groupBy: AnalyticsGroup.STEP })).toMatchObject([
    { key: 'hello', values: [4] },
    { key: 'bye', values: [1] },
  ]);
  expect(await chart(editor, { ...sent, groupBy: AnalyticsGroup.DOMAIN })).toMatchObject([
    { key: 'other', values: [4] },
    { key: 'gmail', values: [1] },
  ]);
  expect(await chart(editor, { metric: Name.HUMAN_OPEN_RATE, from })).toMatchObject([{ values: [undefined, 0.25] }]);
  expect(await chart(editor, { metric: Name.WON_AMOUNT_CENTS })).toMatchObject([
    { key: 'EUR', values: [1200] },
    { key: 'USD', values: [900] },
  ]);
  expect(await chart(editor, { metric: Name.AGENT_SUCCESS_RATE, groupBy: AnalyticsGroup.AGENT })).toMatchObject([
    { key: '7', values: [0.5] },
  ]);
  expect(await chart(stranger, { metric, groupBy: AnalyticsGroup.WORKFLOW })).toMatchObject([
    { key: '12', label: '12' },
  ]);
});

test('of more than 20 series all but 19 are one', async () => {
  const organizationId = 77n;
  for (let id = 1n; id <= 22n; id += 1n) {
    await harness.enrollment('started', { at: at(1), organizationId, workflowId: id });
    if (id === 22n) await harness.enrollment('started', { at: at(1), organizationId, workflowId: id });
  }
  await harness.stored(historyFacts + 23);
  const caller = { ...editor, organizationId };
  const series = await chart(caller, { metric: Name.ENROLLMENTS_STARTED, groupBy: AnalyticsGroup.WORKFLOW });
  expect(series).toHaveLength(20);
  expect([series[0], series.at(-1)]).toMatchObject([
    { key: '22', values: [2] },
    { key: 'other', values: [3] },
  ]);
});

test('a chart that is not possible is refused, by the name of what is wrong', async () => {
  const from = timestampFromDate(at(-24 * 60));
  const refusals: [object, string][] = [
    [{ metric: Name.UNSPECIFIED }, 'metric'],
    [{ metric: Name.LEADS_CREATED, groupBy: AnalyticsGroup.WORKFLOW }, 'group_by'],
    [{ metric: Name.EMAILS_SENT, groupBy: AnalyticsGroup.STEP }, 'workflow_id'],
    [{ metric: Name.EMAILS_SENT, version: 1 }, 'version'],
    [{ metric: Name.EMAILS_SENT, workflowId: -1n }, 'workflow_id'],
    [{ metric: Name.EMAILS_SENT, from, interval: AnalyticsInterval.HOUR }, 'interval'],
    [{ metric: Name.EMAILS_SENT, from: day.to, to: day.from }, 'from'],
    [{ metric: Name.EMAILS_SENT, from: timestampFromDate(at(-24 * 400)) }, 'from'],
  ];
  for (const [request, field] of refusals) {
    const refused = await harness
      .analytics(editor)
      .getAnalyticsChart({ ...day, ...request })
      .then(
        () => undefined,
        (error: unknown) => fromConnectError(error),
      );
    expect(refused).toMatchObject({ reason: 'validation_failed', violations: [{ field }] });
  }
});

test('points that may still rise are named, and no others', async () => {
  const now = new Date();
  const tomorrow = new Date(now.getTime() + dayMs);
  await eventually(async () => {
    const { completeUntil, partial, series } = await harness.analytics(editor).getAnalyticsChart({
      metric: Name.ENROLLMENTS_STARTED,
      from: timestampFromDate(new Date(now.getTime() - 3 * dayMs)),
      to: timestampFromDate(tomorrow),
    });
    const complete = completeUntil ? timestampDate(completeUntil) : new Date(0);
    const ends = series[0]?.points.map((point) => (point.at ? timestampDate(point.at).getTime() + dayMs : 0)) ?? [];
    const rising = ends.filter((end) => end > complete.getTime()).map((end) => end - dayMs);
    expect(partial.map((begin) => timestampDate(begin).getTime())).toEqual(rising);
    return complete > new Date(now.getTime() - hourMs) && rising.length === 2;
  });
});

test('after a change of the time zone days are those of the new zone, and nothing is lost', async () => {
  const organizationId = 78n;
  const caller = { ...editor, organizationId };
  await harness.enrollment('started', { at: at(1), organizationId });
  await harness.stored(historyFacts + 23 + 1);
  harness.timezones.set(organizationId, 'America/New_York');
  const { timezone, series } = await harness.analytics(caller).getAnalyticsChart({
    ...day,
    metric: Name.ENROLLMENTS_STARTED,
  });
  expect(timezone).toBe('America/New_York');
  // 01:00Z is still the evening of the previous day in New York.
  expect(series[0]?.points.map(({ value }) => value)).toEqual([1, 0]);
  const { rows } = await sql<{ count: bigint }>`
    select sum(count) as count from rollup_days where organization_id = ${organizationId} and dimension = 0 and workflow_id = 0`.execute(
    harness.db.kysely,
  );
  expect(Number(rows[0]?.count)).toBe(1);
});

test('a time zone that another process has found changed counts in this one at once', async () => {
  const caller = { ...editor, organizationId: 178n };
  const read = async () =>
    (await harness.analytics(caller).getAnalyticsChart({ ...day, metric: Name.ENROLLMENTS_STARTED })).timezone;
  await harness.enrollment('started', { at: at(1), organizationId: 178n });
  await harness.stored(historyFacts + 23 + 2);
  expect(await read()).toBe('UTC');
  // Simulates that another process has stored the time zone, while this process still remembers identity's answer.
  harness.timezones.set(178n, 'Asia/Tokyo');
  await sql`update organizations set timezone = 'Asia/Tokyo' where organization_id = 178`.execute(harness.db.kysely);
  expect(await read()).toBe('Asia/Tokyo');
});

test('where the clocks change at midnight each day of a chart still begins at its own time', async () => {
  const caller: Caller = { ...editor, organizationId: 4_077n };
  harness.timezones.set(4_077n, 'Africa/Cairo');
  const { series } = await harness.analytics(caller).getAnalyticsChart({
    metric: Name.ENROLLMENTS_STARTED,
    interval: AnalyticsInterval.DAY,
    from: timestampFromDate(new Date('2026-04-22T22:00:00Z')),
    to: timestampFromDate(new Date('2026-04-26T21:00:00Z')),
  });
  expect(series[0]?.points.map((point) => point.at && timestampDate(point.at).toISOString())).toEqual([
    '2026-04-22T22:00:00.000Z',
    '2026-04-23T22:00:00.000Z',
    '2026-04-24T21:00:00.000Z',
    '2026-04-25T21:00:00.000Z',
  ]);
});

test('an organization with a time zone that the database does not know is counted by UTC', async () => {
  const organizationId = 79n;
  harness.timezones.set(organizationId, 'Moon/Tranquility');
  await harness.enrollment('started', { at: at(1), organizationId });
  await harness.stored(historyFacts + 23 + 3);
  const found = await chart({ ...editor, organizationId }, { metric: Name.ENROLLMENTS_STARTED });
  expect(found).toMatchObject([{ values: [1] }]);
});
