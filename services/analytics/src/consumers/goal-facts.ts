import type { ConsumedEvent } from '@drippulse/events';
import type { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import type { CohortCounts } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import { modeFromProto } from '@drippulse/rpc';
import type { Fact } from '../facts/fact.ts';
import { holdout } from '../funnels/read-cohort.ts';
import { leastOf } from '../rollups/buckets.ts';
import { factKinds } from '../rollups/kinds.ts';
import { eventPlace, partId } from './event-place.ts';

/** A fact without the organization, id and time of its event. */
type Part = Omit<Fact, 'organizationId' | 'id' | 'at'>;

/**
 * Returns the facts about goals that enrollments met, in total and by variant, and about enrollments that were assigned
 * a variant. Does not count people who are held out.
 */
export function goalFacts(event: ConsumedEvent<typeof EnrollmentEventSchema>): Fact[] {
  const { payload } = event.message;
  if (payload.case !== 'stepsCounted') return [];
  const place = eventPlace(event);
  return payload.value.cohorts
    .filter(({ variant }) => variant !== holdout)
    .flatMap((cohort) => (cohort.variant === '' ? goalsOf(cohort) : [startedOf(cohort), ...goalsOf(cohort)]))
    .map((part, index) => ({ ...place, id: partId(place.id, index), ...part }))
    .filter(({ count = 1 }) => count > 0);
}

function goalsOf({ goals, ...cohort }: CohortCounts): Part[] {
  return goals.flatMap(({ count, times }) => {
    const timed = times.reduce((sum, one) => sum + one.count, 0);
    const all = [...times, { bucket: 0, count: count - timed }];
    return all.map((one) => ({
      ...partOf(cohort),
      kind: factKinds.goal_met,
      ms: leastOf(one.bucket),
      count: one.count,
    }));
  });
}

/** Returns the `started` fact of enrollments with a variant. They count as started when the variant is assigned. */
function startedOf({ people, ...cohort }: CohortCounts): Part {
  return { ...partOf(cohort), kind: factKinds.enrollment_started, count: people };
}

function partOf({
  workflowId,
  version,
  variant,
  mode,
}: Pick<CohortCounts, 'workflowId' | 'version' | 'variant' | 'mode'>) {
  return { workflowId, version, mode: modeFromProto(mode), ...(variant !== '' && { variant }) };
}
