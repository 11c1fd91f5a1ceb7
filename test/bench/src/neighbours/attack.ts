/** The address of the public API. */
export type Place = { base: string; port: number };

/** A part of a run in which an attack goes on. It ends with the signal. */
export type Round = {
  signal: AbortSignal;
  /** Counts what was answered, for the progress of the bench. */
  count(what: string): void;
};

/** Goes on until the end of the round. */
export type Begin = (round: Round) => Promise<void>;

/** A class of attack through the public API. */
export type Attack = {
  /** The number of organizations that it acts as. */
  organizations: number;
  /** Makes the records that it needs, by a session of an administrator of each organization. */
  prepare(place: Place, tokens: readonly string[]): Promise<Begin>;
};
