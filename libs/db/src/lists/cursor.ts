/** The type of a cursor's value. It is checked, so that a forged cursor never reaches SQL with a wrong type. */
export type CursorColumn = 'bigint' | 'time' | 'text';

const longestCursor = 2_000;

/**
 * Encodes the position after a row as an opaque cursor, from the values by which the list is ordered. A Date keeps only
 * milliseconds: order by columns of `timestamptz(3)`, or by an id.
 */
export function encodeCursor(values: readonly (string | number | bigint | Date)[]): string {
  const parts = values.map((value) => (value instanceof Date ? value.toISOString() : String(value)));
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Returns the values of a cursor; undefined when the cursor is malformed or does not fit these columns. */
export function decodeCursor(cursor: string, columns?: readonly CursorColumn[]): string[] | undefined {
  if (cursor.length > longestCursor || !/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  const values = parseStrings(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (values === undefined || values.length === 0) return undefined;
  if (columns === undefined) return values.every(isText) ? values : undefined;
  if (values.length !== columns.length) return undefined;
  return values.every((value, index) => matches[columns[index] ?? 'text'](value)) ? values : undefined;
}

function parseStrings(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

const matches: Record<CursorColumn, (value: string) => boolean> = {
  bigint: isBigint,
  time: isTime,
  text: isText,
};

function isBigint(value: string): boolean {
  return /^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value);
}

/** Whether PostgreSQL can read a time. It reads neither the year 0 nor a signed year, although ISO 8601 allows both. */
function isTime(value: string): boolean {
  if (!/^(?!0000)\d{4}-/.test(value) || Number.isNaN(Date.parse(value))) return false;
  return new Date(value).toISOString() === value;
}

/** Whether PostgreSQL can store a string. It stores neither NUL nor half of a surrogate pair. */
function isText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}
