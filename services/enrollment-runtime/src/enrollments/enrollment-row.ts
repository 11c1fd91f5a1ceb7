/** The state of an enrollment. */
export type EnrollmentStatus = 'active' | 'paused' | 'completed' | 'failed' | 'cancelled';

export type Mode = 'live' | 'test';

/** A goal that was met. */
export type MetGoal = { name: string; at: Date };

/**
 * The last line of an enrollment's timeline, as a list shows it. `held` is the rule that holds the step back, as JSON
 * text.
 */
export type LastLine = { stepIndex: number; status: string; message: string; at: Date; held: string | null };

export type DeliveryCounts = { sent: number; opened: number; clicked: number; bounced: number; failed: number };

/** The part of an enrollment that never changes. */
export type Identity = {
  id: bigint;
  organizationId: bigint;
  workflowId: bigint;
  version: number;
  mode: Mode;
  /** The number of workflows that led to this enrollment, each started by a change that the previous workflow made. */
  hops: number;
  /** Cause of the enrollment's chain; null when the enrollment is itself a cause. */
  cause: string | null;
  agentId: bigint | null;
  leadRef: string | null;
  timezone: string;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  createdAt: Date;
};

/** An enrollment in the form that lists and events show. */
export type EnrollmentRow = Identity & {
  status: EnrollmentStatus;
  stepIndex: number;
  nextRunAt: Date | null;
  updatedAt: Date;
  endedAt: Date | null;
  lastLine: LastLine | null;
  lastError: string | null;
  /** The reason for the enrollment's end, unless its steps ended it. */
  outcome: string | null;
  /** The goals that were met, oldest first. */
  goalsMet: readonly MetGoal[];
  deliveries: DeliveryCounts;
};

export const noDeliveries: DeliveryCounts = { sent: 0, opened: 0, clicked: 0, bounced: 0, failed: 0 };

/** Values derived from a row; see `summarize`. */
export type Summary = { isEnded: boolean; isWaiting: boolean; progressPercent: number };

/**
 * Derives the summary of an enrollment. A paused enrollment does not count as waiting, because it will not continue by
 * itself.
 */
export function summarize(row: EnrollmentRow, totalSteps: number, now: Date): Summary {
  const isEnded = row.endedAt !== null;
  const progress = totalSteps === 0 ? 0 : Math.floor((100 * Math.min(row.stepIndex, totalSteps)) / totalSteps);
  return {
    isEnded,
    isWaiting: row.status === 'active' && row.nextRunAt !== null && row.nextRunAt > now,
    progressPercent: row.status === 'completed' ? 100 : progress,
  };
}
