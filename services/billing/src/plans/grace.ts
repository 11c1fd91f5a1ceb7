const dayMs = 24 * 3_600_000;

/** Days after a failed payment during which nothing changes. */
export const graceDays = 14;
/** The grace in milliseconds. */
export const holdsAfterMs = graceDays * dayMs;

/** Days after a failed payment with a step: a reminder to admins, and on the last day new entries begin to wait. */
export const stepDays = [1, 7, 13, graceDays] as const;
