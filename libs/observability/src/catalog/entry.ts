/** One metric: its instrument, its documentation and the services that export it. */
export type CatalogEntry = {
  type: 'counter' | 'gauge' | 'histogram';
  /** Unit of the metric's values, as it appears in the metric's name. */
  unit: string;
  help: string;
  labels: readonly string[];
  /** Services that register the metric; `process` for every process. */
  of: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  buckets?: readonly number[];
};

/** The value of `of` for metrics of every process. */
export const everyProcess = ['process'] as const;
