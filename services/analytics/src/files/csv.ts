import { stringify } from 'csv-stringify/sync';
import type { Cell, Page, Table } from '../tables/table.ts';

/**
 * Matches characters that need a quoted cell: all that are not visible ASCII, and those that separate or quote cells.
 */
const notPlain = /[^!#-+\--:<-~]/;

/**
 * Matches a cell that a spreadsheet may read as a formula: it starts with a line feed, or with one of the characters on
 * OWASP's page on CSV injection, in normal or full width. Only strings are escaped, because the platform's numbers may
 * be negative.
 */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/** Yields the lines of a table as CSV (RFC 4180), a few lines at a time. */
export async function* csvOf(
  { columns, pages }: Pick<Table, 'columns' | 'pages'>,
  { bom, onPage }: { bom: boolean; onPage(page: Page): Promise<void> },
): AsyncGenerator<string> {
  yield (bom ? '\uFEFF' : '') + linesOf([columns.map(({ name }) => name)]);
  for await (const page of pages) {
    await onPage(page);
    if (page.rows.length > 0) yield linesOf(page.rows);
  }
}

/**
 * Formats rows, and quotes every cell that contains a line end. The library quotes only for the line end that it writes
 * itself, but readers end a row at any line end.
 */
function linesOf(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => row.map(cellOf)),
    { quoted_match: notPlain, record_delimiter: '\r\n' },
  );
}

function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  return formula.test(cell) ? `'${cell}` : cell;
}
