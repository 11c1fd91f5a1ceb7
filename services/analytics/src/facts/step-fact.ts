import type { StepsCounted } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';

/** What an event says about steps of enrollments that entered on one day. */
export type StepFact = {
  organizationId: bigint;
  /** First moment of the day of entry (UTC). */
  at: Date;
  /** UUID of the event. */
  id: string;
  counts: StepsCounted;
};
