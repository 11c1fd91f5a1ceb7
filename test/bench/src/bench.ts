/** Options of a bench. */
export type Options = {
  /** Whether the run is short. A short run takes seconds, shows that the bench works, and measures ratios. */
  short: boolean;
  /** Whether to run all peers, not only the peer whose figures come closest to the platform's. */
  allPeers: boolean;
  /** Sizes that replace the bench's own sizes, by their names. */
  sizes: Readonly<Record<string, number>>;
  /** The one part to run, for a bench that has parts. Default: all parts. */
  only?: string;
  /** Reports progress. */
  progress(line: string): void;
};

/** The figures of a bench by name. A name ends in its unit, if there is one. */
export type Figures = Record<string, number | string>;

/** A bench. It starts its servers, measures, checks that the work was done, and leaves nothing behind. */
export type Bench = (options: Options) => Promise<Figures>;
