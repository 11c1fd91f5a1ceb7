import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import type { GetAnalyticsMetricsRequest } from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Measure, Sums } from '../measures/measure.ts';
import { measures } from '../measures/measures.ts';
import { readTotals, type Total } from '../measures/read-totals.ts';
import { findScope } from '../measures/scope.ts';
import { units } from '../measures/units.ts';
import { timezoneOf } from '../organizations/timezone-of.ts';
import { periodBefore, readPeriod } from '../periods/period.ts';
import { completeUntil } from '../progress/complete-until.ts';
import { factKinds } from '../rollups/kinds.ts';

export async function getAnalyticsMetrics(ctx: Context, request: GetAnalyticsMetricsRequest, call: HandlerContext) {
  const scope = await findScope(ctx, request, callerOf(call));
  const period = readPeriod(request, ctx.clock.now());
  const timezone = await timezoneOf(ctx, scope.organizationId);
  // The time of completeness is read before the sums. If facts are counted in between, the sums contain more facts than
  // this time states, never fewer.
  const until = await completeUntil(ctx.db.kysely);
  const kinds = Object.values(factKinds);
  const timedKinds = [...measures.values()].flatMap((measure) => (measure.isByDuration ? measure.kinds : []));
  const periods = [period, periodBefore(period)];
  const [own = [], before = []] = await readTotals(ctx.db.kysely, scope, periods, { kinds, timedKinds, timezone });
  return {
    from: timestampFromDate(period.from),
    to: timestampFromDate(period.until),
    timezone,
    completeUntil: timestampFromDate(until),
    metrics: [...measures].flatMap(([name, measure]) =>
      currenciesOf(measure, [...own, ...before]).map((currency) => ({
        name,
        ...(currency !== undefined && { currency }),
        ...valuesOf(measure, sumsOf(own, currency), sumsOf(before, currency)),
      })),
    ),
  };
}

/**
 * Returns the sorted currencies in which a metric has values. For a metric without currencies, returns one undefined
 * element.
 */
function currenciesOf(measure: Measure, totals: readonly Total[]): (string | undefined)[] {
  if (!measure.isByCurrency) return [undefined];
  const own = totals.filter(({ kind }) => measure.kinds.includes(kind));
  return [...new Set(own.flatMap(({ currency }) => currency ?? []))].sort();
}

function sumsOf(totals: readonly Total[], currency: string | undefined): Sums {
  return new Map(totals.flatMap((total) => (total.currency === currency ? [[total.kind, total.sum] as const] : [])));
}

function valuesOf(measure: Measure, own: Sums, before: Sums) {
  const value = measure.value(own);
  const previous = measure.value(before);
  return {
    unit: units[measure.unit],
    ...(value !== undefined && { value }),
    ...(previous !== undefined && { previous }),
    ...(value !== undefined && previous && { change: (value - previous) / previous }),
    n: BigInt(measure.n(own)),
  };
}
