import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { stringify } from 'csv-stringify/sync';
import { guardFormula } from './formula-guard.ts';

/** Every character except visible ASCII, and the characters that separate or quote cells. */
const notPlain = /[^!#-+\--:<-~]/;

/** Returns the cells of a record, from the record's JSON. */
export function csvCells(columns: readonly string[], text: string): string[] {
  const record = parseJson(text) as JsonObject; // our encoder wrote it
  return columns.map((column) => cellOf(record[column]));
}

function cellOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : stringifyJson(value);
}

/**
 * Returns the lines of rows. The library quotes a cell only for the line end that it writes itself. But readers treat
 * every line feed and carriage return as the end of a row, and trim spaces.
 */
export function csvLines(rows: readonly (readonly string[])[]): string {
  const guarded = rows.map((row) => row.map(guardFormula));
  return stringify(guarded, { quoted_match: notPlain, record_delimiter: '\r\n' });
}
