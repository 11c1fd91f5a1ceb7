/** The address of the public API. */
export type Place = { base: string; port: number };

/** A part of a run with an attack. It ends with the signal. */
export type Round = {
  signal: AbortSignal;
  /** Counts answers, for the progress of the bench. */
  count(what: string): void;
};

/** Continues until the end of the round. */
export type Begin = (round: Round) => Promise<void>;

/** A class of attack through the public API. */
export type Attack = {
  /** The number of organizations that the attack acts as. */
  organizations: number;
  /** Makes the records that the attack needs, with an administrator's session for each organization. */
  prepare(place: Place, tokens: readonly string[]): Promise<Begin>;
};
