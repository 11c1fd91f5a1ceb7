export type Decision = 'started' | 'refused' | 'held' | 'skipped' | 'sent' | 'suppressed' | 'waiting' | 'ended';

/**
 * One decision about a person, in the form that its source has. An id is null if the decision concerns no workflow,
 * enrollment or step. The two numbers order rows of the same time.
 */
export type SourceRow = {
  major: bigint;
  minor: bigint;
  at: Date;
  workflowId: bigint | null;
  enrollmentId: bigint | null;
  /** The step's id, or its place in a version, from which id and type follow. */
  step: { id: string } | { version: number; index: number } | null;
  decision: Decision;
  /** Null if the reason is the type of the step. */
  reason: string | null;
  rule: string | null;
  until: Date | null;
  detail: string;
};
