import { parse } from 'csv-parse/sync';

const delimiters = [',', ';', '\t', '|'] as const;

/**
 * Finds the delimiter with which most of the first 100 records have as many cells as the first record, and more than
 * one. Default: comma.
 */
export function detectDelimiter(head: string): string {
  const rated = delimiters.map((delimiter) => ({ delimiter, ...rate(head, delimiter) }));
  const best = rated.reduce((one, other) => (isBetter(other, one) ? other : one));
  return best.cells > 1 ? best.delimiter : ',';
}

type Rating = { cells: number; share: number };

function isBetter(one: Rating, other: Rating): boolean {
  if (one.cells > 1 !== other.cells > 1) return one.cells > 1;
  return one.share === other.share ? one.cells > other.cells : one.share > other.share;
}

function rate(head: string, delimiter: string): Rating {
  const lengths = recordsOf(head, delimiter).map(({ length }) => length);
  const [cells = 0] = lengths;
  return {
    cells,
    share: lengths.length === 0 ? 0 : lengths.filter((length) => length === cells).length / lengths.length,
  };
}

function recordsOf(head: string, delimiter: string): unknown[][] {
  try {
    return parse(head, {
      delimiter,
      to: 100,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    });
  } catch {
    return []; // the later reading of the file reports the error
  }
}
