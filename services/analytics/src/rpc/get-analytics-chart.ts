import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import {
  AnalyticsGroup,
  AnalyticsInterval,
  type AnalyticsMetricName,
  type GetAnalyticsChartRequest,
} from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Group, Measure } from '../measures/measure.ts';
import { measures } from '../measures/measures.ts';
import { type Interval, mostPoints, readPoints } from '../measures/points.ts';
import { readSeries, type Series } from '../measures/read-series.ts';
import { findScope, readScope } from '../measures/scope.ts';
import { units } from '../measures/units.ts';
import { findNames } from '../names/find-names.ts';
import { timezoneOf } from '../organizations/timezone-of.ts';
import { readPeriod } from '../periods/period.ts';
import { completeUntil } from '../progress/complete-until.ts';

export async function getAnalyticsChart(ctx: Context, request: GetAnalyticsChartRequest, call: HandlerContext) {
  const caller = callerOf(call);
  readScope(request, caller);
  const measure = readMeasure(request.metric);
  const group = readGroup(request, measure);
  const interval = intervals.get(request.interval ?? AnalyticsInterval.DAY) ?? 'day';
  const timezone = await timezoneOf(ctx, caller.organizationId);
  const period = readPeriod(request, ctx.clock.now());
  const scope = await findScope(ctx, request, caller);
  const points = await readPoints(ctx.db.kysely, period, { interval, timezone });
  if (points.length > mostPoints + 1) {
    const message = `must leave at most ${mostPoints} points: ask for less time, or a longer one`;
    refuseViolations([{ field: 'interval', message, code: 'range' }]);
  }
  // `until` is read before the sums. If facts are counted in between, the sums contain more facts than `until` states,
  // never fewer.
  const until = await completeUntil(ctx.db.kysely);
  const found = await readSeries(ctx.db.kysely, scope, measure, { points, interval, group });
  const isWhole = group === undefined && !measure.isByCurrency;
  const series = isWhole && found.length === 0 ? [{ key: 'total', points: new Map() }] : found;
  const labels = await labelsOf(ctx, scope.organizationId, group, series);
  const starts = points.slice(0, -1);
  return {
    metric: request.metric,
    unit: units[measure.unit],
    interval: request.interval ?? AnalyticsInterval.DAY,
    timezone,
    series: series.map((one) => ({
      key: one.key,
      label: labels.get(one.key) ?? one.key,
      points: starts.map((at, place) => {
        const value = measure.value(one.points.get(place) ?? new Map());
        return { at: timestampFromDate(at), ...(value !== undefined && { value }) };
      }),
    })),
    completeUntil: timestampFromDate(until),
    partial: starts.filter((_, place) => (points[place + 1] ?? until) > until).map(timestampFromDate),
  };
}

const intervals: ReadonlyMap<AnalyticsInterval, Interval> = new Map([
  [AnalyticsInterval.HOUR, 'hour'],
  [AnalyticsInterval.DAY, 'day'],
  [AnalyticsInterval.WEEK, 'week'],
  [AnalyticsInterval.MONTH, 'month'],
]);

const groups: ReadonlyMap<AnalyticsGroup, Group> = new Map([
  [AnalyticsGroup.WORKFLOW, 'workflow'],
  [AnalyticsGroup.VERSION, 'version'],
  [AnalyticsGroup.VARIANT, 'variant'],
  [AnalyticsGroup.STEP, 'step'],
  [AnalyticsGroup.CATEGORY, 'category'],
  [AnalyticsGroup.DOMAIN, 'domain'],
  [AnalyticsGroup.AGENT, 'agent'],
  [AnalyticsGroup.WEBHOOK, 'webhook'],
]);

function readMeasure(name: AnalyticsMetricName): Measure {
  const measure = measures.get(name);
  if (measure !== undefined) return measure;
  const violations = [{ field: 'metric', message: 'must be the name of a metric', code: 'enum' as const }];
  throw new DomainError('invalid', 'validation_failed', 'metric must be the name of a metric', { violations });
}

function readGroup(request: GetAnalyticsChartRequest, measure: Measure): Group | undefined {
  const group = groups.get(request.groupBy ?? AnalyticsGroup.UNSPECIFIED);
  if (group === undefined) return undefined;
  if (!measure.groups.includes(group)) {
    const possible = measure.groups.length === 0 ? 'absent' : `one of ${measure.groups.join(', ')}`;
    refuseViolations([{ field: 'group_by', message: `must be ${possible} for this metric`, code: 'enum' }]);
  }
  if (needWorkflow.includes(group) && request.workflowId === undefined) {
    refuseViolations([{ field: 'workflow_id', message: `must be present to divide by ${group}`, code: 'required' }]);
  }
  return group;
}

/** Groups that have a meaning only within one workflow. */
const needWorkflow: readonly Group[] = ['version', 'variant', 'step'];

async function labelsOf(
  ctx: Context,
  organizationId: bigint,
  group: Group | undefined,
  series: readonly Pick<Series, 'key'>[],
): Promise<ReadonlyMap<string, string>> {
  if (group !== 'workflow' && group !== 'agent') return new Map();
  return findNames(ctx.db.kysely, { organizationId, noun: group, ids: series.map(({ key }) => key) });
}
