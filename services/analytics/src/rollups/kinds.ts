/** The kinds of facts, with the numbers that are stored. The meaning of a number never changes. */
export const factKinds = {
  enrollment_started: 1,
  enrollment_completed: 2,
  enrollment_failed: 3,
  enrollment_cancelled: 4,
  /** An enrollment that a goal ended before the last step. */
  enrollment_exited: 5,
  goal_met: 6,
  email_sent: 10,
  /** Counts only the first time that a person opened the mail. */
  email_opened: 11,
  /** Counts only the first time that a person followed a link. */
  email_clicked: 12,
  email_unsubscribed: 13,
  email_bounced: 14,
  email_complained: 15,
  lead_created: 20,
  opportunity_won: 21,
  opportunity_attributed: 22,
  agent_succeeded: 30,
  agent_failed: 31,
  webhook_succeeded: 35,
  webhook_failed: 36,
} as const;

/**
 * The kinds of counts at steps, by the time at which enrollments entered. Their numbers differ from those of the other
 * kinds. A row belongs to one variant, to people who are held out, or to all enrollments.
 */
export const stepKinds = {
  /** Enrollments that started or were assigned the variant, or whose people were held out. */
  people: 40,
  entered: 41,
  left: 42,
  completed: 43,
  failed: 44,
  cancelled: 45,
  waited: 46,
  skipped: 47,
  held: 48,
  /** Stays of a millisecond or more at steps. */
  stay: 49,
  goal: 50,
} as const;

export type StepKind = (typeof stepKinds)[keyof typeof stepKinds];

export type FactKind = (typeof factKinds)[keyof typeof factKinds];
