import type { StepsCounted } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';

/** The counts of steps in an event, for enrollments that entered on one day. */
export type StepFact = {
  organizationId: bigint;
  /** Start of the day of entry (UTC). */
  at: Date;
  /** UUID of the event. */
  id: string;
  counts: StepsCounted;
};
