const dayMs = 24 * 3_600_000;

/** Days after a failed payment during which everything goes on as before. */
export const graceDays = 14;
/** The same in milliseconds. */
export const holdsAfterMs = graceDays * dayMs;

/**
 * Days after a failed payment at which something happens: admins are reminded, and with the last one new entries begin
 * to wait.
 */
export const stepDays = [1, 7, 13, graceDays] as const;
