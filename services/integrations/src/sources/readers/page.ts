import type { JsonObject } from '@drippulse/json';

/** A row of a source: its number, as a spreadsheet counts, and its cells by column, or why it is no row. */
export type ReadRow = { row: number; cells: JsonObject; problem?: string };

/** A part of a source. */
export type Page = {
  columns: readonly string[];
  rows: ReadRow[];
  /** From where the next page is read. Plain JSON. */
  cursor: JsonObject;
  isLast: boolean;
  /** Share of the source that is read with this page; null where its size is unknown. */
  progress: number | null;
  warnings: readonly string[];
};
