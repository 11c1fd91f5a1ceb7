import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { amountOf, listOf, objectOf, textOf } from '../answers/reading.ts';
import { refuse } from '../answers/refuse.ts';
import { type ProviderAnswer, type ProviderRequest, pathOf } from '../calls.ts';
import type { RecordColumns, RecordPages } from '../record-pages.ts';

/** Settings of a data source of type Google Sheets. */
export const sheetRowsConfig = z.strictObject({
  spreadsheet_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{20,120}$/)
    .describe('Id of the spreadsheet, as it stands in its address.'),
  sheet: z.string().min(1).max(100).optional().describe('Title of the sheet; the first one unless given.'),
  sheet_id: z.int().min(0).optional().describe('Id of the sheet, the gid of its address; wins over the title.'),
  header_row: z.int().min(1).max(1000).default(1).describe('Row that has the names of the columns.'),
});

type Config = z.output<typeof sheetRowsConfig>;

const pageRows = 5000;
const pageBytes = 32 * 1024 * 1024;

/** Returns the ids of the spreadsheet and the sheet in a URL; undefined if the URL does not belong to Google Sheets. */
export function sheetOfUrl(url: string): { spreadsheet_id: string; sheet_id?: number } | undefined {
  const [, id] = /^https:\/\/docs\.google\.com\/spreadsheets\/d\/([A-Za-z0-9_-]{20,120})(?:[/?#]|$)/.exec(url) ?? [];
  const [, gid] = /[?&#]gid=(\d{1,10})/.exec(url) ?? [];
  return id === undefined ? undefined : { spreadsheet_id: id, ...(gid !== undefined && { sheet_id: Number(gid) }) };
}

/**
 * Reads pages of a sheet, with the cell values as displayed. A sheet has no modification times, so each run reads the
 * whole sheet: a cursor without `row` starts at the first row. Within a run, the cursor is `{ row, sheet, header, rows
 * }`: the next row, and the sheet's properties that were read with the first page.
 */
export const sheetRows: RecordPages = function* ({ config: json, cursor }) {
  const config = sheetRowsConfig.parse(json);
  const place = cursor?.['row'] === undefined ? yield* findPlace(config) : placeOf(cursor);
  const { sheet, header, rows: rowCount } = place;
  const row = amountOf(cursor?.['row']) ?? config.header_row + 1;
  const end = Math.min(row + pageRows - 1, rowCount);
  if (row > rowCount) return { rows: [], cursor: {}, isLast: true };
  const values = yield* readRange(config, `${quoted(sheet)}!A${row}:ZZZ${end}`);
  const isLast = end >= rowCount;
  const next = { row: end + 1, sheet, header: [...header], rows: rowCount };
  // The API omits trailing blank cells and rows. Blank rows between other rows are not records.
  const rows = values.filter((cells) => cells.some((cell) => cell !== '')).map((cells) => rowOf(header, cells));
  return { rows, cursor: isLast ? {} : next, isLast };
};

type Place = { sheet: string; header: readonly string[]; rows: number };

function placeOf(cursor: JsonObject): Place {
  const header = listOf(cursor['header']).map((name) => textOf(name) ?? '');
  return { sheet: textOf(cursor['sheet']) ?? '', header, rows: amountOf(cursor['rows']) ?? 0 };
}

/** Finds the title of the sheet, its number of rows and the names of its columns. */
function* findPlace(config: Config): Generator<ProviderRequest, Place, ProviderAnswer> {
  const { body } = yield {
    host: 'sheets',
    method: 'GET',
    path: pathOf`/v4/spreadsheets/${config.spreadsheet_id}`,
    query: { fields: 'spreadsheetId,properties.title,sheets.properties' },
  };
  const sheets = listOf(objectOf(body)['sheets']).map((sheet) => objectOf(objectOf(sheet)['properties']));
  const { sheet_id: id, sheet: title } = config;
  const found = sheets.find((sheet) => {
    if (id !== undefined) return amountOf(sheet['sheetId']) === id;
    return title === undefined || textOf(sheet['title']) === title;
  });
  if (found === undefined) {
    const titles = sheets.map((sheet) => textOf(sheet['title']) ?? '').join(', ');
    refuse('sheet_not_found', `The spreadsheet has no sheet ${title ?? id}. It has: ${titles}.`, { field: 'sheet' });
  }
  const sheet = textOf(found['title']) ?? '';
  const rows = amountOf(objectOf(found['gridProperties'])['rowCount']) ?? 0;
  const [names = []] = yield* readRange(config, `${quoted(sheet)}!${config.header_row}:${config.header_row}`);
  return { sheet, header: columnNames(names), rows };
}

function* readRange(config: Config, range: string): Generator<ProviderRequest, string[][], ProviderAnswer> {
  const { body } = yield {
    host: 'sheets',
    method: 'GET',
    path: pathOf`/v4/spreadsheets/${config.spreadsheet_id}/values/${range}`,
    query: { majorDimension: 'ROWS', valueRenderOption: 'FORMATTED_VALUE' },
    maxBytes: pageBytes,
  };
  return listOf(objectOf(body)['values']).map((cells) => listOf(cells).map((cell) => textOf(cell) ?? ''));
}

/** Quotes a sheet's title for a range in A1 notation. */
function quoted(sheet: string): string {
  return `'${sheet.replaceAll("'", "''")}'`;
}

/** Names columns. An empty name becomes the column's letters, and a repeated name gets a number. */
function columnNames(cells: readonly string[]): string[] {
  const names: string[] = [];
  cells.forEach((cell, index) => {
    const name = cell.trim() || `Column ${letters(index)}`;
    let unique = name;
    for (let count = 2; names.includes(unique); count++) unique = `${name} (${count})`;
    names.push(unique);
  });
  return names;
}

function letters(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest > 0 ? letters(rest - 1) : ''}${String.fromCharCode(65 + (index % 26))}`;
}

function rowOf(header: readonly string[], cells: readonly string[]): JsonObject {
  return Object.fromEntries(header.map((name, index) => [name, cells[index] ?? '']));
}

/** Lists the columns of the sheet. */
export const sheetColumns: RecordColumns = function* (json) {
  const { header } = yield* findPlace(sheetRowsConfig.parse(json));
  return header.map((name) => ({ name, label: name, type: 'string' }));
};
