import type { DescMessage } from '@bufbuild/protobuf';
import { DomainError, type Violation } from '@drippulse/errors';
import type { JsonValue } from '@drippulse/json';
import { CsvError, type Parser, parse } from 'csv-parse';
import type { CustomFieldRow } from '../../custom-fields/rows.ts';
import { unguardFormula } from '../../exports/formula-guard.ts';
import type { SourceRow } from '../source-row.ts';
import { type Column, readHeader } from './columns.ts';
import { decodeText } from './decode-text.ts';
import { detectDelimiter } from './delimiter.ts';

/** A CSV file, and the message and custom fields that define its possible columns. */
export type CsvSource = {
  collection: string;
  desc: DescMessage;
  defined: readonly CustomFieldRow[];
  chunks: AsyncIterable<Uint8Array>;
  contentType: string;
};

const maxRecordLength = 1024 * 1024;
const headLength = 64 * 1024;

/** A record of the file. Rows are numbered as in a spreadsheet: the header is row 1. */
type CsvRecord = { row: number; cells: string[] } | { row: number; problem: string };

/** Reads the rows of a CSV file as it arrives. Empty cells count as absent. */
export async function* readCsv({ collection, desc, defined, ...source }: CsvSource): AsyncGenerator<SourceRow> {
  let columns: Column[] | undefined;
  for await (const record of readRecords(source.chunks, source.contentType)) {
    if (columns === undefined) {
      if ('problem' in record) throw new DomainError('invalid', 'header_mismatch', `The header ${record.problem}.`);
      columns = readHeader(record.cells, desc, defined);
    } else if ('problem' in record) {
      yield { collection, row: record.row, problems: [{ field: '', message: record.problem }] };
    } else {
      yield { collection, row: record.row, ...readCells(columns, record.cells) };
    }
  }
  if (columns === undefined) throw new DomainError('invalid', 'file_empty', 'The file is empty: it has no header.');
}

function readCells(columns: readonly Column[], cells: readonly string[]) {
  if (cells.length !== columns.length) {
    const message = `has ${cells.length} cells, and the header has ${columns.length}`;
    return { problems: [{ field: '', message }] };
  }
  const fields: Record<string, JsonValue> = {};
  const problems: Violation[] = [];
  for (const [index, { name, read }] of columns.entries()) {
    const cell = unguardFormula(cells[index] ?? '');
    if (cell === '') continue;
    const result = read(cell);
    if ('problem' in result) problems.push({ field: name, message: result.problem });
    else fields[name] = result.value;
  }
  return problems.length > 0 ? { problems } : { fields };
}

/**
 * Reads the records of a file. The library parses one piece of the upload at a time. Reading stops at an unmatched
 * quote, because nobody can tell whether the text after it is inside or outside a quote.
 */
async function* readRecords(chunks: AsyncIterable<Uint8Array>, contentType: string): AsyncGenerator<CsvRecord> {
  const texts = decodeText(chunks, contentType);
  const head = await readHead(texts);
  const records: CsvRecord[] = [];
  let row = 0;
  const parser = parse({
    delimiter: detectDelimiter(head),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRecordLength,
    trim: true,
    // The callback returns nothing, so the parser stores no record.
    on_record: (cells: string[], { empty_lines }) => {
      row += 1;
      records.push({ row: row + empty_lines, cells });
    },
  });
  parser.on('error', () => undefined); // reported by `write` and `end` below
  for await (const text of joined(head, texts)) {
    const error = await write(parser, text);
    yield* records.splice(0);
    if (error !== undefined) return yield refused(row, error);
  }
  const error = await end(parser);
  yield* records.splice(0);
  if (error !== undefined) yield refused(row, error);
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

/** Reads until the first line ends or reaches its maximum length; the rest of the file is read later. */
async function readHead(texts: AsyncGenerator<string>): Promise<string> {
  let head = '';
  while (head.length < headLength && !/[\r\n]/.test(head.trimStart())) {
    const next = await texts.next();
    if (next.done) break;
    head += next.value;
  }
  return head;
}

async function* joined(head: string, texts: AsyncGenerator<string>): AsyncGenerator<string> {
  if (head !== '') yield head;
  for await (const text of texts) if (text !== '') yield text;
}

function refused(row: number, error: Error): CsvRecord {
  if (!(error instanceof CsvError)) throw error;
  const emptyLines: unknown = error['empty_lines'];
  const problem = `${problemOf(error)}; nothing from here on was read`;
  return { row: row + 1 + (typeof emptyLines === 'number' ? emptyLines : 0), problem };
}

function problemOf({ code }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'opens a quote that is never closed';
  if (code === 'CSV_MAX_RECORD_SIZE') return 'is larger than 1 MiB, or opens a quote that is never closed';
  return 'has quotes inside or around a cell that do not match';
}
