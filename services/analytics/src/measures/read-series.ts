import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type Dimension, dimensions } from '../rollups/dimensions.ts';
import type { FactKind } from '../rollups/kinds.ts';
import type { Group, Measure, Sum } from './measure.ts';
import type { Interval } from './points.ts';
import { type Scope, scopeConditions } from './read-totals.ts';

/** Maximum number of series in a chart. If a chart has more series, the smallest ones are merged into one. */
const mostSeries = 20;

/** The sums of a series, by the index of the point. */
export type Series = { key: string; points: ReadonlyMap<number, ReadonlyMap<FactKind, Sum>> };

/** A series while rows are added to it. `isOther` says whether it combines the smallest keys. */
type GrowingSeries = { key: string; isOther: boolean; size: number; points: Map<number, Map<FactKind, GrowingSum>> };

type GrowingSum = Sum & { buckets: Map<number, number> };

type Row = {
  isOther: boolean;
  key: string;
  place: number;
  kind: FactKind;
  bucket: number | null;
  count: number;
  amount: number;
};

/** Reads the sums of a measure by points and series, the largest series first. `points` come from `readPoints`. */
export async function readSeries(
  db: Kysely<DB>,
  scope: Scope,
  measure: Measure,
  o: { points: readonly Date[]; interval: Interval; group: Group | undefined },
): Promise<Series[]> {
  const { points, interval, group } = o;
  const { dimension, key } = divisionOf(scope, measure, group);
  const isOfVariant = isEveryVariant(scope, group) ? sql`variant <> ''` : sql`variant = ${scope.variant ?? ''}`;
  const isOfChart = scopeConditions(
    scope,
    sql`${isOfVariant} and kind = any(${measure.kinds}::smallint[]) and dimension = ${sql.lit(dimension)}
      and at >= ${points[0] ?? new Date(0)} and at < ${points.at(-1) ?? new Date(0)}`,
  );
  const { rows } = await sql<Row>`
    with part as (
      select ${key} as key, width_bucket(at, ${points}::timestamptz[]) - 1 as place, kind,
        ${measure.isByDuration ? sql`rollup.key::int` : sql`null::int`} as bucket,
        sum(count)::float8 as count, sum(amount)::float8 as amount
      from ${sql.id(interval === 'hour' ? 'rollup_quarters' : 'rollup_days')} as rollup
      where ${isOfChart}
      group by 1, 2, 3, 4),
    ranked as (
      select key, row_number() over (order by sum(count) desc, key) as rank, count(*) over () as keys
      from part group by key),
    named as (select key, keys > ${sql.lit(mostSeries)} and rank >= ${sql.lit(mostSeries)} as is_other from ranked)
    select is_other as "isOther", case when is_other then 'other' else key end as key, place, kind, bucket,
      sum(count) as count, sum(amount) as amount
    from part join named using (key)
    group by 1, 2, 3, 4, 5`.execute(db);
  return seriesOf(rows);
}

/**
 * Whether a chart has one series for each variant. In this case, the sums of all enrollments are in none of the series.
 */
function isEveryVariant({ variant }: Scope, group: Group | undefined): boolean {
  return group === 'variant' && variant === undefined;
}

/** Builds series from their rows, the largest first. The series of the smallest keys is the last one. */
function seriesOf(rows: readonly Row[]): Series[] {
  const all = new Map<string, GrowingSeries>();
  for (const { key, isOther, place, kind, bucket, count, amount } of rows) {
    const series = all.get(key) ?? { key, isOther, size: 0, points: new Map<number, Map<FactKind, GrowingSum>>() };
    all.set(key, series);
    series.isOther ||= isOther;
    series.size += count;
    const point = series.points.get(place) ?? new Map<FactKind, GrowingSum>();
    series.points.set(place, point);
    const sum = point.get(kind) ?? { count: 0, amount: 0, buckets: new Map() };
    point.set(kind, sum);
    sum.count += count;
    sum.amount += amount;
    if (bucket !== null) sum.buckets.set(bucket, (sum.buckets.get(bucket) ?? 0) + count);
  }
  return [...all.values()].sort(
    (one, other) =>
      Number(one.isOther) - Number(other.isOther) || other.size - one.size || (one.key < other.key ? -1 : 1),
  );
}

const divisions: Readonly<Record<Group, { dimension: Dimension; key: RawBuilder<unknown> }>> = {
  workflow: { dimension: dimensions.workflow, key: sql`key` },
  version: { dimension: dimensions.total, key: sql`version::text` },
  variant: { dimension: dimensions.total, key: sql`variant` },
  step: { dimension: dimensions.step, key: sql`key` },
  category: { dimension: dimensions.category, key: sql`key` },
  domain: { dimension: dimensions.domain, key: sql`key` },
  agent: { dimension: dimensions.subject, key: sql`key` },
  webhook: { dimension: dimensions.subject, key: sql`key` },
};

function divisionOf({ workflowIds }: Scope, measure: Measure, group: Group | undefined) {
  if (measure.isByCurrency) return { dimension: dimensions.currency, key: sql`key` };
  if (measure.isByDuration) return { dimension: dimensions.duration, key: sql`'total'` };
  if (group === undefined) return { dimension: dimensions.total, key: sql`'total'` };
  // Rows of a single workflow are not divided by workflow.
  if (group === 'workflow' && !workflowIds.includes(0n))
    return { dimension: dimensions.total, key: sql`workflow_id::text` };
  return divisions[group];
}
