/** How a bench is run. */
export type Options = {
  /** A small run: it shows that the bench works, and ratios, in seconds. */
  short: boolean;
  /** All peers, and not only the one that comes closest. */
  allPeers: boolean;
  /** Tells whoever waits how far it is. */
  progress(line: string): void;
};

/** What was measured, by the name of the figure, which ends in its unit where it has one. */
export type Figures = Record<string, number | string>;

/** One bench: it starts what it needs, measures, checks that the work was done, and leaves nothing behind. */
export type Bench = (options: Options) => Promise<Figures>;
