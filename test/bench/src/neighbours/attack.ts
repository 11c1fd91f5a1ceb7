/** The base URL and the port of the public API. */
export type Place = { base: string; port: number };

/** A period of a run during which an attack is made. It ends when the signal aborts. */
export type Round = {
  signal: AbortSignal;
  /** Counts answers, for the progress of the bench. */
  count(what: string): void;
};

/** Starts a prepared attack, and continues it until the end of the round. */
export type Begin = (round: Round) => Promise<void>;

/** A class of attack through the public API. */
export type Attack = {
  /** The number of organizations that the attack acts as. */
  organizations: number;
  /** Makes the records that the attack needs, with an administrator's session for each organization. */
  prepare(place: Place, tokens: readonly string[]): Promise<Begin>;
};
