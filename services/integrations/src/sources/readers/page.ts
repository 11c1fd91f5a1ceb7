import type { JsonObject } from '@drippulse/json';

/** A row of a source: its number, as in a spreadsheet, and its cells by column. `problem` says why it is invalid. */
export type ReadRow = { row: number; cells: JsonObject; problem?: string };

/** A page of a source's rows. */
export type Page = {
  columns: readonly string[];
  rows: ReadRow[];
  /** Start of the next page, as plain JSON. */
  cursor: JsonObject;
  isLast: boolean;
  /** Share of the source that is read after this page; null if its size is unknown. */
  progress: number | null;
  warnings: readonly string[];
};
