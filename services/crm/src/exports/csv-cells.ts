import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';

/** The cells of a record for the columns given, from its JSON text. */
export function csvCells(columns: readonly string[], text: string): string[] {
  const record = parseJson(text) as JsonObject; // as our own encoder wrote it
  return columns.map((column) => guardedTwice(cellOf(record[column])));
}

function cellOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : stringifyJson(value);
}

/**
 * The library puts an apostrophe before what a spreadsheet would take for a formula, and the import drops it. A value
 * that has one already gets another, so that it comes back as it was.
 */
function guardedTwice(cell: string): string {
  return /^'+[=+\-@\t\r＝＋－＠]/.test(cell) ? `'${cell}` : cell;
}
