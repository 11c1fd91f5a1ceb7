export type Decision = 'started' | 'refused' | 'held' | 'skipped' | 'sent' | 'suppressed' | 'waiting' | 'ended';

/**
 * One decision about a person, as a source has it. Ids are null where it is about no workflow, enrollment or step. The
 * two numbers order rows of one time.
 */
export type SourceRow = {
  major: bigint;
  minor: bigint;
  at: Date;
  workflowId: bigint | null;
  enrollmentId: bigint | null;
  /** Its id, or its place in a version, which says what its id and its type are. */
  step: { id: string } | { version: number; index: number } | null;
  decision: Decision;
  /** Null: the type of the step says it. */
  reason: string | null;
  rule: string | null;
  until: Date | null;
  detail: string;
};
