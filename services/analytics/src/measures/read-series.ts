import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type Dimension, dimensions } from '../rollups/dimensions.ts';
import type { FactKind } from '../rollups/kinds.ts';
import type { Group, Measure, Sum } from './measure.ts';
import type { Interval } from './points.ts';
import { type Scope, scopeConditions } from './read-totals.ts';

/** Limit of series in a chart. If a chart has more series, the smallest ones are merged into one. */
const mostSeries = 20;

/** The sums of a series, by the index of the point. */
export type Series = { key: string; points: ReadonlyMap<number, ReadonlyMap<FactKind, Sum>> };

type Row = { key: string; place: number; kind: FactKind; bucket: number | null; count: bigint; amount: bigint };

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
        sum(count)::bigint as count, sum(amount)::bigint as amount
      from ${sql.id(interval === 'hour' ? 'rollup_quarters' : 'rollup_days')} as rollup
      where ${isOfChart}
      group by 1, 2, 3, 4),
    ranked as (
      select key, sum(count) as size, row_number() over (order by sum(count) desc, key) as rank, count(*) over () as keys
      from part group by key),
    named as (
      select key, size, keys > ${sql.lit(mostSeries)} and rank >= ${sql.lit(mostSeries)} as is_other from ranked)
    select case when is_other then 'other' else key end as key, place, kind, bucket,
      sum(count)::bigint as count, sum(amount)::bigint as amount
    from part join named using (key)
    group by is_other, 1, 2, 3, 4
    order by is_other, max(size) desc, 1, 2`.execute(db);
  return [...Map.groupBy(rows, (row) => row.key)].map(([name, own]) => ({
    key: name,
    points: new Map([...Map.groupBy(own, ({ place }) => place)].map(([place, sums]) => [place, sumsOf(sums)])),
  }));
}

/** Whether a chart has one series for each variant. The sums of all enrollments then belong to no series. */
function isEveryVariant({ variant }: Scope, group: Group | undefined): boolean {
  return group === 'variant' && variant === undefined;
}

function sumsOf(rows: readonly Row[]): ReadonlyMap<FactKind, Sum> {
  const sums = [...Map.groupBy(rows, ({ kind }) => kind)].map(([kind, own]): [FactKind, Sum] => {
    const add = (read: (row: Row) => bigint) => own.reduce((sum, row) => sum + Number(read(row)), 0);
    const buckets = own.flatMap(({ bucket, count }) => (bucket === null ? [] : [[bucket, Number(count)] as const]));
    return [kind, { count: add(({ count }) => count), amount: add(({ amount }) => amount), buckets: new Map(buckets) }];
  });
  return new Map(sums);
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
