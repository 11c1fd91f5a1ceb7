import type { JsonObject } from '@drippulse/json';

/**
 * A row of a source: its number as in a spreadsheet, and its cells by column. `problem` says why the row is invalid.
 */
export type ReadRow = { row: number; cells: JsonObject; problem?: string };

/** A page of a source's rows. */
export type Page = {
  columns: readonly string[];
  rows: ReadRow[];
  /** Position at which the next page starts, as plain JSON. */
  cursor: JsonObject;
  isLast: boolean;
  /** Fraction of the source that has been read after this page; null if the size of the source is unknown. */
  progress: number | null;
  warnings: readonly string[];
};
