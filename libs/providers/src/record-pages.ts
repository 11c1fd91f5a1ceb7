import type { JsonObject } from '@drippulse/json';
import type { ProviderAnswer, ProviderRequest } from './calls.ts';

/**
 * Reads one page of a provider's records. It is called once for each page, with the cursor of the previous page, so
 * that a process that ends between two pages loses nothing.
 *
 * - `config`: settings of the data source, for which each reader has a schema.
 * - `cursor`: null for the very first page. The cursor of a run's last page starts the next run, which reads later
 *   changes.
 * - `upper`: changes at or after this time belong to the next run. All pages of a run have the same `upper`.
 */
export type RecordPages = (options: {
  config: JsonObject;
  cursor: JsonObject | null;
  upper: Date;
}) => Generator<ProviderRequest, RecordPage, ProviderAnswer>;

export type RecordPage = {
  /** Rows, as cells by column. */
  rows: JsonObject[];
  /** Position of the next page. After the last page, position at which the next run starts. */
  cursor: JsonObject;
  isLast: boolean;
};

/** Lists the columns that a data source can provide, from the provider's own description. */
export type RecordColumns = (config: JsonObject) => Generator<ProviderRequest, RecordColumn[], ProviderAnswer>;

export type RecordColumn = { name: string; label: string; type: string };
