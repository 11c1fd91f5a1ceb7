import { addProblem, type Checks, type Cursor, malformed } from './cursor.ts';

const quote = 0x22;
const backslash = 0x5c;

/** Reads the string that starts at the cursor. */
export function readString(cursor: Cursor, checks: Checks): string {
  const start = cursor.at;
  return skipString(cursor, checks)
    ? unescapeString(cursor.text, start, cursor.at)
    : cursor.text.slice(start + 1, cursor.at - 1);
}

/** The value of a string that has been passed already. */
export function unescapeString(text: string, start: number, end: number): string {
  return JSON.parse(text.slice(start, end)) as string; // the scanner has just passed it as a string
}

/** Moves past the string that starts at the cursor; true when it holds escapes. */
export function skipString(cursor: Cursor, checks: Checks): boolean {
  const { text } = cursor;
  const start = cursor.at;
  let at = start + 1;
  let escaped = false;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      cursor.at = at + 1;
      return escaped;
    }
    if (code === backslash) {
      escaped = true;
      cursor.at = at;
      skipEscape(cursor, start, checks);
      at = cursor.at;
    } else if (code >= 0x20) {
      at++;
    } else {
      // A control character, or NaN past the end.
      cursor.at = at;
      throw malformed(cursor);
    }
  }
}

function skipEscape(cursor: Cursor, stringAt: number, checks: Checks): void {
  const kind = cursor.text.charAt(cursor.at + 1);
  if (kind !== 'u') {
    if (kind === '' || !'"\\/bfnrt'.includes(kind)) {
      cursor.at++;
      throw malformed(cursor);
    }
    cursor.at += 2;
    return;
  }
  const unit = readHex(cursor);
  if (checks === 'syntax') return;
  if (unit === 0) addProblem(cursor, stringAt, 'must not contain a NUL character');
  else if (unit >= 0xd800 && unit <= 0xdfff) skipLowSurrogate(cursor, unit, stringAt);
}

// The text itself is well-formed (whoever made the cursor saw to that), so that a lone half can only be an escape.
function skipLowSurrogate(cursor: Cursor, high: number, stringAt: number): void {
  if (high <= 0xdbff && cursor.text.startsWith('\\u', cursor.at)) {
    const before = cursor.at;
    const low = readHex(cursor);
    if (low >= 0xdc00 && low <= 0xdfff) return;
    cursor.at = before;
  }
  addProblem(cursor, stringAt, 'must not contain a lone surrogate');
}

function readHex(cursor: Cursor): number {
  const digits = cursor.text.slice(cursor.at + 2, cursor.at + 6);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
    cursor.at += 2;
    throw malformed(cursor);
  }
  cursor.at += 6;
  return Number.parseInt(digits, 16);
}
