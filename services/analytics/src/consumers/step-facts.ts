import { create } from '@bufbuild/protobuf';
import type { ConsumedEvent } from '@drippulse/events';
import type { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { StepsCountedSchema } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import type { StepFact } from '../facts/step-fact.ts';
import { quarterOf } from '../rollups/step-sums.ts';
import { eventPlace } from './event-place.ts';

const dayMs = 86_400_000;

/** Returns the counts of steps that an event reports, by the day on which the enrollments entered. */
export function stepFacts(event: ConsumedEvent<typeof EnrollmentEventSchema>): StepFact[] {
  const { payload } = event.message;
  if (payload.case !== 'stepsCounted') return [];
  const { organizationId, id } = eventPlace(event);
  const days = Map.groupBy(payload.value.cohorts, (cohort) => Math.floor(quarterOf(cohort).getTime() / dayMs));
  return [...days].map(([day, cohorts]) => {
    return { organizationId, id, at: new Date(day * dayMs), counts: create(StepsCountedSchema, { cohorts }) };
  });
}
