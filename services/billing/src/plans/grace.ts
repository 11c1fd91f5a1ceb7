const dayMs = 24 * 3_600_000;

/** Days after a failed payment during which nothing changes. */
export const graceDays = 14;
/** The grace period in milliseconds. */
export const holdsAfterMs = graceDays * dayMs;

/**
 * Days after a failed payment on which a step is due. The step is a reminder to admins, or on the last day the hold on
 * new enrollments.
 */
export const stepDays = [1, 7, 13, graceDays] as const;
