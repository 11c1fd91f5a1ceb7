import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Period } from '../periods/period.ts';
import { type Dimension, dimensions } from '../rollups/dimensions.ts';
import type { FactKind } from '../rollups/kinds.ts';
import type { Sum } from './measure.ts';
import { partsOf } from './parts.ts';

/** The selection of facts to sum up. */
export type Scope = {
  organizationId: bigint;
  mode: 'live' | 'test';
  /** Ids of workflows whose sums are added up. 0 stands for all workflows, and includes facts without a workflow. */
  workflowIds: readonly bigint[];
  version?: number;
  /** Selects enrollments with this variant: the id of the split, a colon and the name. Default: all enrollments. */
  variant?: string;
};

/** The sums of a kind in a period, separated by currency. */
export type Total = { kind: FactKind; currency: string | undefined; sum: Sum };

type Row = { period: number; kind: FactKind; dimension: number; key: string; count: bigint; amount: bigint };

/**
 * Sums up facts in several periods, from whole days and from the quarter hours before the first and after the last day.
 */
export async function readTotals(
  db: Kysely<DB>,
  scope: Scope,
  periods: readonly Period[],
  o: { kinds: readonly FactKind[]; timedKinds: readonly FactKind[]; timezone: string },
): Promise<Total[][]> {
  const select = (kinds: readonly FactKind[], ...of: Dimension[]) =>
    scopeConditions(
      scope,
      sql`kind = any(${kinds}::smallint[]) and dimension = any(${of}::smallint[]) and variant = ${scope.variant ?? ''}`,
    );
  // Sums and durations are selected separately, because a single selection would also read the durations of kinds whose
  // durations no metric needs.
  const areOfScope = [
    select(o.kinds, dimensions.total, dimensions.currency),
    select(o.timedKinds, dimensions.duration),
  ];
  const columns = sql`kind, dimension, key, count, amount`;
  const parts = await partsOf(db, periods, o.timezone, { columns, areOfScope });
  const { rows } = await sql<Row>`
    select place as period, kind, dimension, key, sum(count)::bigint as count, sum(amount)::bigint as amount
    from (${parts}) as part group by 1, 2, 3, 4`.execute(db);
  return periods.map((_, index) => totalsOf(rows.filter(({ period }) => period === index + 1)));
}

function totalsOf(rows: readonly Row[]): Total[] {
  return rows
    .filter(({ dimension }) => dimension !== dimensions.duration)
    .map(({ kind, dimension, key, count, amount }) => ({
      kind,
      currency: dimension === dimensions.currency ? key : undefined,
      sum: { count: Number(count), amount: Number(amount), buckets: bucketsOf(rows, kind) },
    }));
}

function bucketsOf(rows: readonly Row[], kind: FactKind): ReadonlyMap<number, number> {
  const own = rows.filter((row) => row.kind === kind && row.dimension === dimensions.duration);
  return new Map(own.map(({ key, count }) => [Number(key), Number(count)]));
}

/** Builds the conditions that select the rows of a scope in either rollup. */
export function scopeConditions(
  { organizationId, mode, workflowIds, version }: Scope,
  more: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const isOfVersion = version === undefined ? sql`` : sql`and version = ${version}`;
  return sql`organization_id = ${organizationId} and mode = ${mode} and workflow_id = any(${workflowIds}::bigint[]) and ${more} ${isOfVersion}`;
}
