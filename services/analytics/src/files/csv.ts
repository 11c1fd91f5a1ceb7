import { stringify } from 'csv-stringify/sync';
import type { Cell, Page, Table } from '../tables/table.ts';

/** Everything but visible ASCII, and the characters that separate or quote cells. */
const notPlain = /[^!#-+\--:<-~]/;

/**
 * A cell that a spreadsheet may read as a formula: the first characters that OWASP's page on CSV injection lists, in
 * full width too, and a line feed. Numbers of the platform may be negative; only texts are escaped.
 */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/** The lines of a table as CSV (RFC 4180), some at a time. */
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
 * The library quotes a cell only for the line end that it writes itself, but readers take each of them for the end of a
 * row.
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
