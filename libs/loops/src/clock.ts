/** Where code that is not pure gets the time from; tests pass a shifted one. */
export type Clock = { now(): Date };

/** The clock of this machine. Due, lease and accepted times come from the database instead. */
export const systemClock: Clock = { now: () => new Date() };
