/** One metric: its instrument, its documentation and the services that export it. */
export type CatalogEntry = {
  type: 'counter' | 'gauge' | 'histogram';
  /** Unit of a value, as in the name. */
  unit: string;
  help: string;
  labels: readonly string[];
  /** Services that register it; `process` for every process. */
  of: readonly string[];
  /** Upper bounds of a histogram, in its unit. */
  buckets?: readonly number[];
};

/** The value of `of` for metrics of every process. */
export const everyProcess = ['process'] as const;
