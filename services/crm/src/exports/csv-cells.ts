import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';

/** The cells of a record, from its JSON text. */
export function csvCells(columns: readonly string[], text: string): string[] {
  const record = parseJson(text) as JsonObject; // written by our encoder
  return columns.map((column) => guardedTwice(cellOf(record[column])));
}

function cellOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : stringifyJson(value);
}

/**
 * The library adds an apostrophe before a cell that a spreadsheet would run as a formula, and the import removes it.
 * A cell that already has one gets another, so the import restores the original.
 */
function guardedTwice(cell: string): string {
  return /^'+[=+\-@\t\r＝＋－＠]/.test(cell) ? `'${cell}` : cell;
}
