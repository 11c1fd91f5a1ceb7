import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { stringify } from 'csv-stringify/sync';
import { guardFormula } from './formula-guard.ts';

/**
 * Matches characters that need a quoted cell: those that separate or quote cells, and all that are not visible ASCII.
 */
const notPlain = /[^!#-+\--:<-~]/;

/** Returns the cells of a record, from the record's JSON. */
export function csvCells(columns: readonly string[], text: string): string[] {
  const record = parseJson(text) as JsonObject; // this service encoded the record as a JSON object
  return columns.map((column) => cellOf(record[column]));
}

function cellOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : stringifyJson(value);
}

/**
 * Returns the CSV lines of rows. The library quotes a cell only if it contains the line end that the library writes.
 * But readers treat every line feed and carriage return as the end of a row, and trim spaces, so `notPlain` quotes
 * these cells too.
 */
export function csvLines(rows: readonly (readonly string[])[]): string {
  const guarded = rows.map((row) => row.map(guardFormula));
  return stringify(guarded, { quoted_match: notPlain, record_delimiter: '\r\n' });
}
