import { stringifyJson } from '@drippulse/json';
import type { Cell, Page, Table } from '../tables/table.ts';

/** The facts about a report at the start of its file. */
export type Heading = { type: string; from: string; to: string; as_of: string; timezone: string };

/** Yields a table as one JSON object, a few rows at a time. */
export async function* jsonOf(
  { columns, pages }: Pick<Table, 'columns' | 'pages'>,
  { heading, onPage }: { heading: Heading; onPage(page: Page): Promise<void> },
): AsyncGenerator<string> {
  const names = columns.map(({ name }) => name);
  yield `{"report":${JSON.stringify(heading)},"columns":${JSON.stringify(names)},"rows":[`;
  let separator = '\n';
  for await (const page of pages) {
    await onPage(page);
    let text = '';
    for (const row of page.rows) {
      text += separator + rowOf(names, row);
      separator = ',\n';
    }
    if (text !== '') yield text;
  }
  yield '\n]}\n';
}

function rowOf(names: readonly string[], row: readonly Cell[]): string {
  return stringifyJson(Object.fromEntries(names.map((name, index) => [name, jsonValueOf(row[index] ?? null)])));
}

/** Converts a cell. Counts stay numbers as long as every JSON reader represents them exactly. */
function jsonValueOf(cell: Cell): string | number | null {
  if (typeof cell !== 'bigint') return cell;
  return cell <= BigInt(Number.MAX_SAFE_INTEGER) && cell >= BigInt(Number.MIN_SAFE_INTEGER)
    ? Number(cell)
    : String(cell);
}
