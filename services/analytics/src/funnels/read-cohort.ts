import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { partsOf } from '../measures/parts.ts';
import { type Scope, scopeConditions } from '../measures/read-totals.ts';
import type { Period } from '../periods/period.ts';
import { middleOf } from '../rollups/buckets.ts';
import { type StepKind, stepKinds } from '../rollups/kinds.ts';

/** The counts of enrollments that entered in a period. */
export type Cohort = {
  people: number;
  heldOut: number;
  steps: ReadonlyMap<string, StepNumbers>;
  goals: Map<string, number>;
};

/** The counts of a step; absent kinds are 0. `stays` counts the stays with a measured duration, by bucket number. */
export type StepNumbers = { counts: Map<StepKind, number>; stays: Map<number, number> };

/** The variant of people who are held out. */
export const holdout = 'holdout';

type Row = { kind: StepKind; variant: string; key: string; count: bigint };

/** Reads the counts of a workflow's enrollments that entered in a period: all of them, or those with a variant. */
export async function readCohort(
  db: Kysely<DB>,
  scope: Scope,
  { period, timezone, variant = '' }: { period: Period; timezone: string; variant?: string | undefined },
): Promise<Cohort> {
  const kinds = Object.values(stepKinds);
  const isOfScope = scopeConditions(
    scope,
    sql`kind = any(${kinds}::smallint[]) and (variant = ${variant} or (variant = ${holdout} and kind = ${stepKinds.people}))`,
  );
  const columns = sql`kind, variant, key, count`;
  const parts = await partsOf(db, [period], timezone, { columns, areOfScope: [isOfScope] });
  const { rows } = await sql<Row>`
    select kind, variant, key, sum(count)::bigint as count from (${parts}) as part group by 1, 2, 3`.execute(db);
  const people = (of: string) => sumOf(rows.filter((row) => row.kind === stepKinds.people && row.variant === of));
  const own = rows.filter((row) => row.kind !== stepKinds.people);
  return {
    people: people(variant),
    heldOut: people(holdout),
    steps: stepsOf(own.filter(({ kind }) => kind !== stepKinds.goal)),
    goals: new Map(own.flatMap(({ kind, key, count }) => (kind === stepKinds.goal ? [[key, Number(count)]] : []))),
  };
}

function sumOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { count }) => sum + Number(count), 0);
}

function stepsOf(rows: readonly Row[]): Map<string, StepNumbers> {
  const steps = new Map<string, StepNumbers>();
  const at = (stepId: string): StepNumbers => {
    const known = steps.get(stepId) ?? { counts: new Map(), stays: new Map() };
    steps.set(stepId, known);
    return known;
  };
  for (const { kind, key, count } of rows) {
    if (kind !== stepKinds.stay) {
      at(key).counts.set(kind, Number(count));
      continue;
    }
    const colon = key.indexOf(':');
    at(key.slice(colon + 1)).stays.set(Number(key.slice(0, colon)), Number(count));
  }
  return steps;
}

/**
 * Returns a quantile of the stays in milliseconds, which is the middle of a bucket. Enrollments without a bucket left
 * immediately. Returns undefined if no enrollment has left.
 */
export function stayOf({ counts, stays }: StepNumbers, share: number): number | undefined {
  const { left, completed, failed, cancelled } = stepKinds;
  const ends = [left, completed, failed, cancelled].reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0);
  const timed = [...stays.values()].reduce((sum, count) => sum + count, 0);
  // The stay of a failure that was retried is measured, but the failure is not among the ends. The total is therefore
  // the larger of the two numbers.
  const all = Math.max(ends, timed);
  if (all === 0) return undefined;
  let before = all - timed;
  if (before >= all * share) return 0;
  for (const [bucket, count] of [...stays].sort(([one], [other]) => one - other)) {
    before += count;
    if (before >= all * share) return middleOf(bucket);
  }
  return undefined;
}
