/** A sent mail and, unless removed, its enrollment, with the members that reactions need. */
export type Mail = {
  id: bigint;
  organizationId: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  stepId: string;
  /** The address of the receiver; empty once the person was erased. */
  receiver: string;
  subject: string;
  sentAt: Date | null;
  openedAt: Date | null;
  clickedAt: Date | null;
  mode: 'live' | 'test';
  email: string | null;
  leadRef: string | null;
  cause: string | null;
  /** The number of workflows that led to the enrollment. */
  hops: number;
};
