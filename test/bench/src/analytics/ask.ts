import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  AnalyticsGroup,
  AnalyticsInterval,
  AnalyticsMetricName,
} from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { days } from './load-facts.ts';
import type { Analytics } from './start-analytics.ts';

const dayMs = 86_400_000;
const workflows = 50;
/** Longest range of a chart, in days: hourly charts cover a few days, all other charts up to the whole time. */
const mostDays = { hours: 30, whole: days };

const metrics = [
  AnalyticsMetricName.ENROLLMENTS_STARTED,
  AnalyticsMetricName.COMPLETED,
  AnalyticsMetricName.EMAILS_SENT,
  AnalyticsMetricName.DELIVERED,
  AnalyticsMetricName.HUMAN_OPEN_RATE,
  AnalyticsMetricName.CLICKS,
];
const intervals = [
  AnalyticsInterval.HOUR,
  AnalyticsInterval.DAY,
  AnalyticsInterval.DAY,
  AnalyticsInterval.WEEK,
  AnalyticsInterval.MONTH,
];

/** Asks for a chart with a random metric, range and interval: of one workflow, of all, or divided by workflow. */
export async function askChart({ analytics }: Analytics): Promise<number> {
  const interval = oneOf(intervals);
  const isByHour = interval === AnalyticsInterval.HOUR;
  const period = randomPeriod(isByHour ? mostDays.hours : mostDays.whole);
  const scope = oneOf([{}, { workflowId: randomWorkflow() }, { groupBy: AnalyticsGroup.WORKFLOW }]);
  return timeOf(() => analytics.getAnalyticsChart({ metric: oneOf(metrics), interval, ...period, ...scope }));
}

/** Asks for all totals of a random time range, for one workflow or for all workflows. */
export async function askMetrics({ analytics }: Analytics): Promise<number> {
  const scope = oneOf([{}, { workflowId: randomWorkflow() }]);
  // The call also sums up the preceding period.
  return timeOf(() => analytics.getAnalyticsMetrics({ ...randomPeriod(mostDays.whole / 2), ...scope }));
}

/** Asks for the funnel of a workflow for a random range of entries. */
export async function askFunnel({ analytics }: Analytics): Promise<number> {
  const { from: enteredFrom, to: enteredTo } = randomPeriod(mostDays.whole);
  return timeOf(() => analytics.getAnalyticsFunnel({ workflowId: randomWorkflow(), enteredFrom, enteredTo }));
}

function randomPeriod(longestDays: number) {
  const length = dayMs + Math.random() * (longestDays - 1) * dayMs;
  const until = Date.now() - Math.random() * (days * dayMs - length);
  return { from: timestampFromDate(new Date(until - length)), to: timestampFromDate(new Date(until)) };
}

function randomWorkflow(): bigint {
  return BigInt(1 + Math.floor(Math.random() * workflows));
}

function oneOf<T>(all: readonly T[]): T {
  return all[Math.floor(Math.random() * all.length)] as T; // the array is not empty
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}
