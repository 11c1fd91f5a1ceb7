/** A sent mail with the enrollment that it belongs to, if that was not removed, as far as reactions need it. */
export type Mail = {
  id: bigint;
  organizationId: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  stepId: string;
  /** Address it went to; empty once the person was erased. */
  receiver: string;
  subject: string;
  sentAt: Date | null;
  openedAt: Date | null;
  clickedAt: Date | null;
  mode: 'live' | 'test';
  email: string | null;
  leadRef: string | null;
  cause: string | null;
  /** How many workflows led to the enrollment. */
  hops: number;
};
