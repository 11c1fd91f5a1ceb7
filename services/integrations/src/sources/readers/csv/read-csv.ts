import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { unguardFormula } from '../../../formula-guard.ts';
import { unreadable } from '../../failure.ts';
import type { Page, ReadRow } from '../page.ts';
import { detectDelimiter } from './delimiter.ts';
import { nameColumns } from './header.ts';
import { type CsvRecord, parsePage } from './parse-page.ts';

/** UTF-8 text that can be read from any byte position. */
export type TextFile = { bytes: number; warnings: readonly string[]; read(from: number): AsyncIterable<Uint8Array> };

const cursorSchema = z.object({
  offset: z.number(),
  line: z.number(),
  delimiter: z.string(),
  columns: z.array(z.string()),
});

const pageBytes = 1024 * 1024;
const headBytes = 64 * 1024;

/** Reads a page of a CSV file. A page ends after `maxRows` rows or 1 MiB, so memory does not grow with the file. */
export async function readCsvPage(
  file: TextFile,
  o: { cursor: JsonObject | null; delimiter?: string | undefined; maxRows: number },
): Promise<Page> {
  const place = o.cursor === null ? await readHeader(file, o.delimiter) : cursorSchema.parse(o.cursor);
  const { records, isEnd } = await parsePage(file.read(place.offset), {
    delimiter: place.delimiter,
    maxRecords: o.maxRows,
    maxBytes: pageBytes,
    firstLine: place.line,
  });
  const last = records.at(-1);
  const offset = isEnd ? file.bytes : place.offset + (last?.end ?? 0);
  return {
    columns: place.columns,
    rows: records.map((record) => rowOf(record, place.columns)),
    cursor: { ...place, offset, line: last === undefined ? place.line : last.line + 1 },
    isLast: isEnd,
    progress: file.bytes === 0 ? 1 : offset / file.bytes,
    warnings: file.warnings,
  };
}

async function readHeader(file: TextFile, given: string | undefined) {
  const delimiter = given ?? detectDelimiter(await headOf(file));
  const { records } = await parsePage(file.read(0), { delimiter, maxRecords: 1, maxBytes: pageBytes, firstLine: 1 });
  const [header] = records;
  if (header === undefined) throw unreadable('The file is empty: it has no header.');
  return { offset: header.end, line: header.line + 1, delimiter, columns: nameColumns(header.cells) };
}

/** Reads the head of the file up to the end of a line, because a record that is cut off would have too few cells. */
async function headOf(file: TextFile): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file.read(0)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= headBytes) break;
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, headBytes));
  return length < headBytes
    ? text
    : text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1 || undefined);
}

function rowOf({ cells, line }: CsvRecord, columns: readonly string[]): ReadRow {
  const more = cells.slice(columns.length).some((cell) => cell !== '');
  const named = Object.fromEntries(columns.map((column, index) => [column, unguardFormula(cells[index] ?? '')]));
  if (cells.length >= columns.length && !more) return { row: line, cells: named };
  return { row: line, cells: named, problem: `has ${cells.length} cells, and the header has ${columns.length}` };
}
