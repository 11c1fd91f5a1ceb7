import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ConsumedEvent } from '@drippulse/events';
import type { Enrollment } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { modeFromProto } from '@drippulse/rpc';
import type { Fact } from '../facts/fact.ts';
import { type FactKind, factKinds } from '../rollups/kinds.ts';
import { eventPlace } from './event-place.ts';
import { withVariants } from './variant-parts.ts';

/**
 * Returns the facts of an enrollment event. Does not count the enrollments that were assigned a variant: `goalFacts`
 * counts them, from the event that reports the assignment.
 */
export function enrollmentFacts(event: ConsumedEvent<typeof EnrollmentEventSchema>): Fact[] {
  return withVariants(event, factsOf(event));
}

function factsOf(event: ConsumedEvent<typeof EnrollmentEventSchema>): Fact[] {
  const { payload } = event.message;
  const fact = (kind: FactKind, enrollment: Enrollment): Fact => ({
    ...eventPlace(event),
    kind,
    mode: modeFromProto(enrollment.mode),
    workflowId: enrollment.workflowId,
    version: enrollment.workflowVersion,
  });
  /** Returns a fact about an end, which includes the duration of the enrollment. */
  const end = (kind: FactKind, enrollment: Enrollment): Fact => ({
    ...fact(kind, enrollment),
    ...(enrollment.createdAt && {
      ms: Math.max(0, eventPlace(event).at.getTime() - timestampDate(enrollment.createdAt).getTime()),
    }),
  });
  switch (payload.case) {
    case 'started':
      return [fact(factKinds.enrollment_started, payload.value)];
    case 'completed': {
      const completed = end(factKinds.enrollment_completed, payload.value);
      const isExit = payload.value.outcome !== undefined;
      return isExit ? [completed, { ...completed, kind: factKinds.enrollment_exited }] : [completed];
    }
    case 'failed':
      return [end(factKinds.enrollment_failed, payload.value)];
    case 'cancelled':
      return [end(factKinds.enrollment_cancelled, payload.value)];
    default:
      return [];
  }
}
