import type { CohortCounts, StepsCounted } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import { modeFromProto } from '@drippulse/rpc';
import { type RawBuilder, sql } from 'kysely';
import { type Dimension, dimensions } from './dimensions.ts';
import { type StepKind, stepKinds } from './kinds.ts';

/** An addition to a row of `rollup_quarters`. Several additions may affect the same row. */
export type StepSum = {
  organizationId: bigint;
  mode: 'live' | 'test';
  kind: StepKind;
  dimension: Dimension;
  workflowId: bigint;
  at: Date;
  version: number;
  variant: string;
  key: string;
  count: number;
};

const quarterMs = 15 * 60_000;
const changes = ['entered', 'left', 'completed', 'failed', 'cancelled', 'waited', 'skipped', 'held'] as const;

/**
 * Returns the additions that counts of steps make to the rollups, by the quarter hour of entry. Nothing else defines
 * how the counts change the rollups.
 */
export function stepSums(organizationId: bigint, { cohorts }: StepsCounted): StepSum[] {
  return cohorts.flatMap((cohort) => {
    const { workflowId, version, variant, mode, people } = cohort;
    const row = { organizationId, workflowId, version, variant, mode: modeFromProto(mode), at: quarterOf(cohort) };
    const sum = (kind: StepKind, dimension: Dimension, key: string, count: number): StepSum[] =>
      count === 0 ? [] : [{ ...row, kind, dimension, key, count }];
    return [
      ...sum(stepKinds.people, dimensions.total, '', people),
      ...cohort.goals.flatMap(({ name, count }) => sum(stepKinds.goal, dimensions.goal, name, count)),
      ...cohort.steps.flatMap((step) => [
        ...changes.flatMap((change) => sum(stepKinds[change], dimensions.step, step.stepId, step[change])),
        ...step.stays.flatMap(({ bucket, count }) =>
          sum(stepKinds.stay, dimensions.stay, `${bucket}:${step.stepId}`, count),
        ),
      ]),
    ];
  });
}

/**
 * Adds up the additions to the same row, within one organization. Events of one day change few rows many times, and the
 * database would add them up more slowly.
 */
export function startAddingUp() {
  const sums = new Map<string, StepSum>();
  return {
    add(changes: readonly StepSum[]): void {
      for (const change of changes) {
        const key = keyOf(change);
        const known = sums.get(key);
        if (known === undefined) sums.set(key, change);
        else known.count += change.count;
      }
    },
    sums: (): StepSum[] => [...sums.values()],
  };
}

/**
 * Returns a string that identifies a row. Variants and keys may be any string, so the variant's length marks its end.
 */
function keyOf({ mode, kind, dimension, workflowId, at, version, variant, key }: StepSum): string {
  return `${mode} ${kind} ${dimension} ${workflowId} ${at.getTime()} ${version} ${variant.length} ${variant}${key}`;
}

/** Returns the start of the quarter hour in which a cohort entered. */
export function quarterOf({ enteredQuarter }: Pick<CohortCounts, 'enteredQuarter'>): Date {
  return new Date(Number(enteredQuarter) * quarterMs);
}

/** Builds a query of sums with the columns of `rollup_quarters`, with one row for each key. */
export function stepSumsTable(sums: readonly StepSum[]): RawBuilder<unknown> {
  const column = <T>(read: (sum: StepSum) => T) => sums.map(read);
  return sql`
    select organization_id, mode, kind, dimension, workflow_id, at, version, variant, key, sum(count)::bigint as count,
      0::bigint as amount
    from unnest(
      ${column(({ organizationId }) => organizationId)}::bigint[], ${column(({ mode }) => mode)}::text[],
      ${column(({ kind }) => kind)}::smallint[], ${column(({ dimension }) => dimension)}::smallint[],
      ${column(({ workflowId }) => workflowId)}::bigint[], ${column(({ at }) => at)}::timestamptz[],
      ${column(({ version }) => version)}::integer[], ${column(({ variant }) => variant)}::text[],
      ${column(({ key }) => key)}::text[], ${column(({ count }) => count)}::bigint[])
      as step_sum (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key, count)
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`;
}
