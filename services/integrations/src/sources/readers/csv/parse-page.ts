import { CsvError, parse } from 'csv-parse';
import { unreadable } from '../../failure.ts';

/**
 * A record: its cells, its line number in a spreadsheet from 1, and the number of bytes up to the end of the record.
 */
export type CsvRecord = { cells: string[]; line: number; end: number };

const maxRecordBytes = 1024 * 1024;

/**
 * Parses records of UTF-8 text, until it has `maxRecords` records or has read `maxBytes`. `isEnd` says whether the text
 * has ended. Malformed text ends the reading, because everything after it may be inside or outside a quote. The error
 * names the line.
 */
export async function parsePage(
  chunks: AsyncIterable<Uint8Array>,
  o: { delimiter: string; maxRecords: number; maxBytes: number; firstLine: number },
): Promise<{ records: CsvRecord[]; isEnd: boolean }> {
  const records: CsvRecord[] = [];
  let failure: Error | undefined;
  const parser = parse({
    delimiter: o.delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRecordBytes,
    trim: true,
    on_record: (cells: string[], { records: count, empty_lines, bytes }) => {
      records.push({ cells, line: o.firstLine + count - 1 + empty_lines, end: bytes });
    },
  });
  parser.on('error', (error) => {
    failure ??= error;
  });
  const isFull = () => records.length >= o.maxRecords || (records.at(-1)?.end ?? 0) >= o.maxBytes;
  try {
    for await (const chunk of chunks) {
      await new Promise<void>((resolve) => parser.write(chunk, () => resolve()));
      if (failure !== undefined) throw failure;
      if (isFull()) return { records: records.slice(0, o.maxRecords), isEnd: false };
    }
    await new Promise<void>((resolve) => {
      parser.once('error', () => resolve());
      parser.once('end', () => resolve());
      parser.resume();
      parser.end();
    });
    if (failure !== undefined) throw failure;
    const isCut = records.length > o.maxRecords;
    return { records: records.slice(0, o.maxRecords), isEnd: !isCut };
  } catch (error) {
    if (error instanceof CsvError)
      throw unreadable(`Line ${(records.at(-1)?.line ?? o.firstLine - 1) + 1} ${problemOf(error)}.`, error);
    throw error;
  } finally {
    parser.destroy();
  }
}

function problemOf({ code }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'opens a quote that is never closed';
  if (code === 'CSV_MAX_RECORD_SIZE') return 'is larger than 1 MiB, or opens a quote that is never closed';
  return 'has quotes inside or around a cell that do not match';
}
