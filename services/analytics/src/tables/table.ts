/** A value of a table. `null` is an empty cell, which differs from 0. */
export type Cell = string | number | bigint | null;

/** A column. `name` is its member name in JSON and its header in CSV. `label` is its header in a PDF. */
export type Column = { name: string; label: string; kind: 'text' | 'number' };

/** Some rows, and the fraction of the work that is done after them, from 0 to 1. */
export type Page = { rows: readonly (readonly Cell[])[]; done: number };

/** The content of a report. Rows come page by page, so that no process has all of them in memory. */
export type Table = {
  title: string;
  columns: readonly Column[];
  pages: AsyncIterable<Page>;
  /** The columns of a chart, by name: bars of `value` for each `label`. Default: no chart. */
  chart?: { label: string; value: string };
};

/** The period of a table. */
export type Period = { from: Date; to: Date };

export function text(name: string, label: string): Column {
  return { name, label, kind: 'text' };
}

export function number(name: string, label: string): Column {
  return { name, label, kind: 'number' };
}
