export type Decision = 'started' | 'refused' | 'held' | 'skipped' | 'sent' | 'suppressed' | 'waiting' | 'ended';

/**
 * One decision about a person, as a source has it. An id is null if the decision concerns no workflow, enrollment or
 * step. The two numbers order rows of one time.
 */
export type SourceRow = {
  major: bigint;
  minor: bigint;
  at: Date;
  workflowId: bigint | null;
  enrollmentId: bigint | null;
  /** Its id, or its place in a version, from which id and type follow. */
  step: { id: string } | { version: number; index: number } | null;
  decision: Decision;
  /** Null: the reason is the type of the step. */
  reason: string | null;
  rule: string | null;
  until: Date | null;
  detail: string;
};
