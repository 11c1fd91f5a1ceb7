import type { MessageInitShape } from '@bufbuild/protobuf';
import type { StepCountsSchema, StepsCountedSchema } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import { type Mode, modeToProto } from '@drippulse/rpc';

/** The enrollments whose changes are counted together. */
export type Cohort = { organizationId: bigint; workflowId: bigint; version: number; mode: Mode; createdAt: Date };

/** The kinds of changes counted at a step. */
export type StepChange = 'entered' | 'left' | 'completed' | 'failed' | 'cancelled' | 'waited' | 'skipped' | 'held';

/** Sums of the changes of one cohort: of all its enrollments, or of the enrollments with a certain variant. */
export type CohortCounts = {
  people: number;
  steps: Map<string, StepCounts>;
  goals: Map<string, GoalCounts>;
};

/** The number of times that a goal was met, and the number of times in each duration bucket. */
type GoalCounts = { count: number; times: Map<number, number> };

type StepCounts = Record<StepChange, number> & { stays: Map<number, number> };

/** Sums of the changes of one transaction. */
export type StepCounting = {
  /** Returns the sums of a cohort; with a variant (`variantKey`), only the sums of enrollments with that variant. */
  of(cohort: Cohort, variant?: string): CohortCounts;
  /** Returns the event of each organization. */
  news(): StepsNews[];
};

/** The event that reports the counts of an organization. */
export type StepsNews = {
  organizationId: bigint;
  workflowId: bigint;
  value: MessageInitShape<typeof StepsCountedSchema>;
};

/** The variant of people who are held out. */
export const heldOut = 'holdout';

const quarterMs = 15 * 60_000;
/** Durations of stays are counted in buckets, each a tenth larger than the one before; see `StayCount`. */
const logOfGrowth = Math.log(1.1);

type Kept = { cohort: Cohort; quarter: number; variant: string; counts: CohortCounts };

export function startStepCounts(): StepCounting {
  const kept = new Map<string, Kept>();
  let last: Kept | undefined;
  return {
    of(cohort, variant = '') {
      const quarter = Math.floor(cohort.createdAt.getTime() / quarterMs);
      // Most changes in a transaction concern one cohort.
      if (last !== undefined && isOf(last, cohort, quarter, variant)) return last.counts;
      const key = `${cohort.workflowId} ${cohort.version} ${cohort.mode} ${quarter} ${variant}`;
      last = kept.get(key) ?? { cohort, quarter, variant, counts: { people: 0, steps: new Map(), goals: new Map() } };
      kept.set(key, last);
      return last.counts;
    },
    news: () =>
      [...Map.groupBy(kept.values(), ({ cohort }) => cohort.organizationId)].flatMap(([organizationId, own]) => {
        const cohorts = own.flatMap(cohortToProto);
        const [first] = cohorts;
        return first === undefined ? [] : [{ organizationId, workflowId: first.workflowId, value: { cohorts } }];
      }),
  };
}

function isOf({ cohort, quarter, variant }: Kept, other: Cohort, otherQuarter: number, otherVariant: string): boolean {
  return (
    cohort.workflowId === other.workflowId &&
    cohort.version === other.version &&
    cohort.mode === other.mode &&
    quarter === otherQuarter &&
    variant === otherVariant
  );
}

/** Adds `by` to the count of one kind of change at a step. */
export function addStepChange({ steps }: CohortCounts, stepId: string, change: StepChange, by = 1): void {
  countsAt(steps, stepId)[change] += by;
}

/** Counts the time that an enrollment spent at the step that it leaves. */
export function addStay({ steps }: CohortCounts, stepId: string, ms: number): void {
  if (ms < 1) return;
  addTime(countsAt(steps, stepId).stays, ms);
}

/** Counts a goal that was met `ms` milliseconds after the entry. */
export function addGoal({ goals }: CohortCounts, name: string, ms: number): void {
  const counts = goals.get(name) ?? { count: 0, times: new Map() };
  goals.set(name, counts);
  counts.count += 1;
  if (ms >= 1) addTime(counts.times, ms);
}

function addTime(times: Map<number, number>, ms: number): void {
  const bucket = Math.floor(Math.log(ms) / logOfGrowth) + 1;
  times.set(bucket, (times.get(bucket) ?? 0) + 1);
}

/** Returns the name of a split's variant in the form that events use. */
export function variantKey(splitId: string, name: string): string {
  return `${splitId}:${name}`;
}

function countsAt(steps: Map<string, StepCounts>, stepId: string): StepCounts {
  let counts = steps.get(stepId);
  if (counts === undefined) {
    counts = { ...none, stays: new Map() };
    steps.set(stepId, counts);
  }
  return counts;
}

const none: Record<StepChange, number> = {
  entered: 0,
  left: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  waited: 0,
  skipped: 0,
  held: 0,
};

function cohortToProto({ cohort, quarter, variant, counts }: Kept) {
  const { people, steps, goals } = counts;
  if (people === 0 && steps.size === 0 && goals.size === 0) return [];
  const { workflowId, version, mode } = cohort;
  return [
    {
      ...{ workflowId, version, mode: modeToProto(mode), enteredQuarter: BigInt(quarter), variant, people },
      steps: [...steps].map(stepToProto),
      ...(goals.size > 0 && {
        goals: [...goals].map(([name, { count, times }]) => ({ name, count, times: timesToProto(times) })),
      }),
    },
  ];
}

/** Converts the counts of a step. Zeros are left out, so that they cost no bytes. */
function stepToProto([stepId, { stays, ...changes }]: [string, StepCounts]): MessageInitShape<typeof StepCountsSchema> {
  return {
    stepId,
    ...Object.fromEntries(Object.entries(changes).filter(([, by]) => by !== 0)),
    ...(stays.size > 0 && { stays: timesToProto(stays) }),
  };
}

function timesToProto(times: ReadonlyMap<number, number>) {
  return [...times].map(([bucket, count]) => ({ bucket, count }));
}
