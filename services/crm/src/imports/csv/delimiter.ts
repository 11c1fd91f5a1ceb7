import { parse } from 'csv-parse/sync';

const delimiters = [',', ';', '\t'];

/** Returns the delimiter that splits the first line into the most cells; a comma if no delimiter splits the line. */
export function detectDelimiter(head: string): string {
  const counted = delimiters.map((delimiter) => ({ delimiter, cells: countCells(head, delimiter) }));
  return counted.reduce((best, next) => (next.cells > best.cells ? next : best)).delimiter;
}

function countCells(head: string, delimiter: string): number {
  try {
    const records: unknown[][] = parse(head, {
      delimiter,
      to: 1,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    });
    return records[0]?.length ?? 0;
  } catch {
    return 0; // the error is reported when the file is read
  }
}
