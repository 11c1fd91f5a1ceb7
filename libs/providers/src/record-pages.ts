import type { JsonObject } from '@drippulse/json';
import type { ProviderAnswer, ProviderRequest } from './calls.ts';

/**
 * Reads one page of a source of records. Called once for each page, with the cursor of the page before: a process that
 * ends between two pages loses nothing.
 *
 * - `config`: what to read; each reader has a schema of it.
 * - `cursor`: null for the first page ever; the cursor of the last page of a run starts the next run, which reads what
 *   changed since.
 * - `upper`: changes at or after it belong to the next run. The same for all pages of a run.
 */
export type RecordPages = (options: {
  config: JsonObject;
  cursor: JsonObject | null;
  upper: Date;
}) => Generator<ProviderRequest, RecordPage, ProviderAnswer>;

export type RecordPage = {
  /** Rows by column. */
  rows: JsonObject[];
  /** Where the next page, or after the last one the next run, goes on. */
  cursor: JsonObject;
  isLast: boolean;
};

/** The columns that a source can give, from the provider's own description of them. */
export type RecordColumns = (config: JsonObject) => Generator<ProviderRequest, RecordColumn[], ProviderAnswer>;

export type RecordColumn = { name: string; label: string; type: string };
