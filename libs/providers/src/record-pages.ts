import type { JsonObject } from '@drippulse/json';
import type { ProviderAnswer, ProviderRequest } from './calls.ts';

/**
 * Reads one page of a source of records. It is called once for each page, with the cursor of the previous page. So a
 * process that ends between two pages loses nothing.
 *
 * - `config`: settings of the source; each reader has a schema for them.
 * - `cursor`: null for the very first page. The cursor of a run's last page starts the next run, which reads later
 *   changes.
 * - `upper`: changes at or after it belong to the next run. It is the same for all pages of a run.
 */
export type RecordPages = (options: {
  config: JsonObject;
  cursor: JsonObject | null;
  upper: Date;
}) => Generator<ProviderRequest, RecordPage, ProviderAnswer>;

export type RecordPage = {
  /** Rows by column. */
  rows: JsonObject[];
  /** Start of the next page, or after the last page of the next run. */
  cursor: JsonObject;
  isLast: boolean;
};

/** Lists the columns that a source can provide, from the provider's own description. */
export type RecordColumns = (config: JsonObject) => Generator<ProviderRequest, RecordColumn[], ProviderAnswer>;

export type RecordColumn = { name: string; label: string; type: string };
