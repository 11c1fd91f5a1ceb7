export type Decision = 'started' | 'refused' | 'held' | 'skipped' | 'sent' | 'suppressed' | 'waiting' | 'ended';

/**
 * One decision about a person, as its source returns it. An id is null if the decision concerns no workflow, enrollment
 * or step. `major` and `minor` order rows with the same time.
 */
export type SourceRow = {
  major: bigint;
  minor: bigint;
  at: Date;
  workflowId: bigint | null;
  enrollmentId: bigint | null;
  /** The step's id, or its version and its position in that version, from which the step's id and type follow. */
  step: { id: string } | { version: number; index: number } | null;
  decision: Decision;
  /** Null if the reason is the type of the step. */
  reason: string | null;
  rule: string | null;
  until: Date | null;
  detail: string;
};
