/** Options of a bench. */
export type Options = {
  /** A small run: it shows that the bench works, and ratios, in seconds. */
  short: boolean;
  /** All peers, and not only the one that comes closest. */
  allPeers: boolean;
  /** Sizes that replace those of the bench, by their names. */
  sizes: Readonly<Record<string, number>>;
  /** The one part to run, of a bench that has parts; all by default. */
  only?: string;
  /** Tells whoever waits how far it is. */
  progress(line: string): void;
};

/** The figures of a bench by name, which ends in the unit where there is one. */
export type Figures = Record<string, number | string>;

/** One bench: it starts what it needs, measures, checks that the work was done, and leaves nothing behind. */
export type Bench = (options: Options) => Promise<Figures>;
