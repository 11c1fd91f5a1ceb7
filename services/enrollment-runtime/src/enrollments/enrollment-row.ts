/** Where an enrollment stands. */
export type EnrollmentStatus = 'active' | 'paused' | 'completed' | 'failed' | 'cancelled';

export type Mode = 'live' | 'test';

export type LastLine = { stepIndex: number; status: string; message: string; at: Date };

export type DeliveryCounts = { sent: number; opened: number; clicked: number; bounced: number; failed: number };

/** What never changes of an enrollment. */
export type Identity = {
  id: bigint;
  organizationId: bigint;
  workflowId: bigint;
  version: number;
  mode: Mode;
  /** Workflows of which each was started by what the one before did, up to the start of this one. */
  hops: number;
  agentId: bigint | null;
  leadRef: string | null;
  timezone: string;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  createdAt: Date;
};

/** An enrollment as lists and events show it. */
export type EnrollmentRow = Identity & {
  status: EnrollmentStatus;
  stepIndex: number;
  nextRunAt: Date | null;
  updatedAt: Date;
  endedAt: Date | null;
  lastLine: LastLine | null;
  lastError: string | null;
  deliveries: DeliveryCounts;
};

export const noDeliveries: DeliveryCounts = { sent: 0, opened: 0, clicked: 0, bounced: 0, failed: 0 };

/** What follows from a row alone, see `summarize`. */
export type Summary = { isEnded: boolean; isWaiting: boolean; progressPercent: number };

/** A person's hold hides when it would have gone on, because it will not by itself. */
export function summarize(row: EnrollmentRow, totalSteps: number, now: Date): Summary {
  const isEnded = row.endedAt !== null;
  const progress = totalSteps === 0 ? 0 : Math.floor((100 * Math.min(row.stepIndex, totalSteps)) / totalSteps);
  return {
    isEnded,
    isWaiting: row.status === 'active' && row.nextRunAt !== null && row.nextRunAt > now,
    progressPercent: row.status === 'completed' ? 100 : progress,
  };
}
