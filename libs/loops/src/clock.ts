/** The source of time for code that is not pure. Tests pass a shifted clock. */
export type Clock = { now(): Date };

/** The clock of this machine. Due, lease and accepted times are read from the database's clock instead. */
export const systemClock: Clock = { now: () => new Date() };
