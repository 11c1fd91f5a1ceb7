import { addProblem, type Checks, type Cursor, type Fault, isPartOver, malformed } from './cursor.ts';
import type { Parts } from './parts.ts';

const quote = 0x22;
const backslash = 0x5c;

export const nulCharacter: Fault = { message: 'must not contain a NUL character', code: 'format' };
const loneSurrogate: Fault = { message: 'must not contain a lone surrogate', code: 'format' };

/**
 * Reads the string that starts at the cursor and passes it to `take`. If the string does not end in this part, returns
 * the parts that read the rest.
 */
export function readString(cursor: Cursor, checks: Checks, take: (value: string) => void): Parts<void> | undefined {
  if (!beginString(cursor, checks)) return readRest(cursor, checks, take);
  take(stringOf(cursor));
  return undefined;
}

function* readRest(cursor: Cursor, checks: Checks, take: (value: string) => void): Parts<void> {
  yield* restOfString(cursor, checks);
  take(stringOf(cursor));
}

/** Returns the value of the string that ends at the cursor. */
export function stringOf({ text, at, stringStart, isEscaped }: Cursor): string {
  // The scanner has just checked that this text is a JSON string.
  return isEscaped ? (JSON.parse(text.slice(stringStart, at)) as string) : text.slice(stringStart + 1, at - 1);
}

/**
 * Moves past the string at the cursor. Returns false when the string does not end in this part; `restOfString` then
 * continues.
 */
export function beginString(cursor: Cursor, checks: Checks): boolean {
  cursor.stringStart = cursor.at;
  cursor.isEscaped = false;
  cursor.at++;
  return goOnInString(cursor, checks);
}

/** Continues a string that began in an earlier part. */
export function* restOfString(cursor: Cursor, checks: Checks): Parts<void> {
  do {
    if (isPartOver(cursor)) yield;
  } while (!goOnInString(cursor, checks));
}

/** Moves to the end of the current string and returns true, or moves to the end of the part. */
export function goOnInString(cursor: Cursor, checks: Checks): boolean {
  const { text, partEnd } = cursor;
  let at = cursor.at;
  while (at < partEnd) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      cursor.at = at + 1;
      return true;
    }
    if (code === backslash) {
      cursor.isEscaped = true;
      cursor.at = at;
      skipEscape(cursor, checks);
      at = cursor.at;
    } else if (code >= 0x20) {
      at++;
    } else {
      // The character is a control character, or NaN past the end of the text.
      cursor.at = at;
      throw malformed(cursor);
    }
  }
  cursor.at = at;
  return false;
}

function skipEscape(cursor: Cursor, checks: Checks): void {
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
  if (unit === 0) addProblem(cursor, cursor.stringStart, nulCharacter);
  else if (unit >= 0xd800 && unit <= 0xdfff) skipLowSurrogate(cursor, unit);
}

// `decodeText` has checked that the text itself is well-formed, so only an escape can be a lone half of a surrogate
// pair.
function skipLowSurrogate(cursor: Cursor, high: number): void {
  if (high <= 0xdbff && cursor.text.startsWith('\\u', cursor.at)) {
    const before = cursor.at;
    const low = readHex(cursor);
    if (low >= 0xdc00 && low <= 0xdfff) return;
    cursor.at = before;
  }
  addProblem(cursor, cursor.stringStart, loneSurrogate);
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
