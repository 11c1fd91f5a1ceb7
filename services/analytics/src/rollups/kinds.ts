/** The kinds of facts, as they are stored: a number never changes its meaning. */
export const factKinds = {
  enrollment_started: 1,
  enrollment_completed: 2,
  enrollment_failed: 3,
  enrollment_cancelled: 4,
  /** Ended before its last step: by a goal. */
  enrollment_exited: 5,
  goal_met: 6,
  email_sent: 10,
  /** The first time that a person opened it. */
  email_opened: 11,
  /** The first time that a person followed a link. */
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
 * What is counted at steps, by the time at which enrollments entered; numbers of their own among the kinds of facts.
 * Rows of them are of one variant, of people who are held out, or of all enrollments.
 */
export const stepKinds = {
  /** Enrollments that began; those that got the variant; people who were held out. */
  people: 40,
  entered: 41,
  left: 42,
  completed: 43,
  failed: 44,
  cancelled: 45,
  waited: 46,
  skipped: 47,
  held: 48,
  /** Stays at steps that took a millisecond or more. */
  stay: 49,
  goal: 50,
} as const;

export type StepKind = (typeof stepKinds)[keyof typeof stepKinds];

export type FactKind = (typeof factKinds)[keyof typeof factKinds];
