import { DomainError } from '@drippulse/errors';
import { yieldToEventLoop } from '@drippulse/loops';
import { CsvError, type Parser, parse } from 'csv-parse';
import { normalEmail } from '../contact-keys.ts';
import { isEmailAddress } from '../email-address.ts';
import type { SuppressionReason } from './find-suppression.ts';
import { isSuppressionReason } from './suppression-rows.ts';

/** A row of a file. Row numbers are those of a spreadsheet: the header is row 1. */
export type CsvRow = { email: string; category: string | null; reason: SuppressionReason };
export type CsvProblem = { row: number; field: string; message: string };
export type CsvSlice = { rows: CsvRow[]; problems: CsvProblem[] };

const columns = ['email', 'category', 'reason'];
const maxCategoryLength = 100;
/** Bytes that are parsed in one turn of the event loop, which takes a few milliseconds. */
const turnBytes = 64 * 1024;

/**
 * Reads the addresses of a file, piece by piece, and yields to the event loop after each piece. Thus an import delays
 * no other work, and only one piece is in memory as rows. A bad row is reported. A file with a syntax error is refused
 * only when the error is reached, so read the whole file before using its rows.
 */
export async function* readSuppressionsCsv(bytes: Uint8Array): AsyncGenerator<CsvSlice> {
  let places: ReadonlyMap<string, number> | undefined;
  let row = 0;
  for await (const records of readRecords(bytes)) {
    const slice: CsvSlice = { rows: [], problems: [] };
    for (const record of records) {
      row += 1;
      if (places === undefined) places = readHeader(record);
      else readRecord(record, { places, row, slice });
    }
    yield slice;
  }
  if (places === undefined) throw unreadable('The file is empty: it has no header.');
}

function readHeader(header: readonly string[]): Map<string, number> {
  const places = new Map(header.map((name, index) => [name.trim().toLowerCase(), index]));
  const unknown = [...places.keys()].find((name) => !columns.includes(name));
  if (unknown !== undefined || !places.has('email') || places.size < header.length) {
    throw unreadable('The header must have the column email, and may have category and reason.');
  }
  return places;
}

type Reading = { places: ReadonlyMap<string, number>; row: number; slice: CsvSlice };

function readRecord(record: readonly string[], { places, row, slice }: Reading): void {
  const cell = (name: string) => record[places.get(name) ?? -1]?.trim() ?? '';
  const read = readRow(cell('email'), cell('category'), cell('reason'));
  if ('problem' in read) slice.problems.push({ row, ...read.problem });
  else slice.rows.push(read.row);
}

function readRow(
  email: string,
  category: string,
  reason: string,
): { row: CsvRow } | { problem: Omit<CsvProblem, 'row'> } {
  const address = normalEmail(email);
  if (!isEmailAddress(address)) return { problem: { field: 'email', message: 'must be an email address' } };
  if (category.length > maxCategoryLength) {
    return { problem: { field: 'category', message: `must be at most ${maxCategoryLength} characters long` } };
  }
  const name = reason === '' ? 'manual' : reason.toLowerCase();
  if (!isSuppressionReason(name)) {
    return { problem: { field: 'reason', message: 'must be unsubscribe, bounce, complaint or manual' } };
  }
  return { row: { email: address, category: category === '' ? null : category, reason: name } };
}

/** Yields the records of each piece of the file. */
async function* readRecords(bytes: Uint8Array): AsyncGenerator<string[][]> {
  const records: string[][] = [];
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: 64 * 1024,
    // Returns nothing, so that the parser keeps no record.
    on_record: (record: string[]) => {
      records.push(record);
    },
  });
  parser.on('error', () => undefined); // the callback of `write` reports the error
  for await (const text of readTexts(bytes)) {
    refuseError(await write(parser, text));
    yield records.splice(0);
  }
  refuseError(await end(parser));
  yield records.splice(0);
}

async function* readTexts(bytes: Uint8Array): AsyncGenerator<string> {
  const decode = createDecoder();
  for (let start = 0; start < bytes.length; start += turnBytes) {
    const stream = start + turnBytes < bytes.length;
    const text = decode(bytes.subarray(start, start + turnBytes), stream);
    // PostgreSQL cannot store NUL.
    if (text.includes('\0')) throw unreadable('The file is not text.');
    if (text !== '') yield text;
    await yieldToEventLoop();
  }
}

/** Creates a decoder of text that arrives piece by piece. A character may be split between two pieces. */
function createDecoder(): (bytes: Uint8Array, stream: boolean) => string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return (bytes, stream) => {
    try {
      return decoder.decode(bytes, { stream });
    } catch (cause) {
      throw unreadable('The file is not UTF-8. Save it as CSV in UTF-8.', cause);
    }
  };
}

function write(parser: Parser, text: string): Promise<Error | undefined> {
  return new Promise((resolve) => {
    parser.write(text, (error) => resolve(error ?? undefined));
  });
}

function end(parser: Parser): Promise<Error | undefined> {
  return new Promise((resolve) => {
    parser.once('error', resolve);
    parser.once('end', () => resolve(undefined));
    parser.resume();
    parser.end();
  });
}

function refuseError(error: Error | undefined): void {
  if (error === undefined) return;
  if (!(error instanceof CsvError)) throw error;
  throw unreadable(`The file is not CSV: ${error.message}.`, error);
}

function unreadable(message: string, cause?: unknown): DomainError {
  return new DomainError('invalid', 'suppressions_file_unreadable', message, { cause });
}
