import { DomainError } from '@drippulse/runtime';

/** Arrays and objects may be nested this deep, the body itself counted. */
const maxDepth = 64;

/** Where a value breaks a rule; `at` is the offset of the value or, for a bad key, of the key. */
export type Problem = { at: number; message: string; key?: string };

/** A position in a JSON text that is read once from left to right. */
export type Cursor = { readonly text: string; at: number; depth: number; readonly problems: Problem[] };

/** How closely values are looked at: `syntax` (and depth), `strings` (can be stored), `free` (no dangerous key either). */
export type Checks = 'syntax' | 'strings' | 'free';

// A hostile body could hold one problem every ten bytes; whoever made it needs no list of them all.
const maxProblems = 100;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

export function startCursor(text: string): Cursor {
  return { text, at: 0, depth: 0, problems: [] };
}

export function malformed(cursor: Cursor): DomainError {
  const { at, text } = cursor;
  const found = at >= text.length ? 'end of text' : JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
  return new DomainError(
    'malformed',
    'malformed_json',
    `The body is not valid JSON: unexpected ${found} at position ${at}`,
  );
}

export function addProblem(cursor: Cursor, at: number, message: string, key?: string): void {
  if (cursor.problems.length < maxProblems)
    cursor.problems.push(key === undefined ? { at, message } : { at, message, key });
}

function skipSpace(cursor: Cursor): void {
  const { text } = cursor;
  let at = cursor.at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
    at++;
  }
  cursor.at = at;
}

/** The code of the next character that is no space, NaN at the end; the cursor stands on it. */
export function peek(cursor: Cursor): number {
  skipSpace(cursor);
  return cursor.text.charCodeAt(cursor.at);
}

export function isNull(cursor: Cursor): boolean {
  return cursor.text.startsWith('null', cursor.at);
}

export function expectEnd(cursor: Cursor): void {
  skipSpace(cursor);
  if (cursor.at < cursor.text.length) throw malformed(cursor);
}

/**
 * Visits the members of the object that starts at the cursor. `visit` gets the key and its offset, finds the cursor on
 * the value and must move it past the value.
 */
export function readMembers(cursor: Cursor, checks: Checks, visit: (key: string, keyAt: number) => void): void {
  enter(cursor);
  if (peek(cursor) === closeBrace) {
    leave(cursor);
    return;
  }
  for (;;) {
    if (peek(cursor) !== quote) throw malformed(cursor);
    const keyAt = cursor.at;
    const key = readString(cursor, checks);
    if (peek(cursor) !== colon) throw malformed(cursor);
    cursor.at++;
    skipSpace(cursor);
    visit(key, keyAt);
    const next = peek(cursor);
    if (next === closeBrace) break;
    if (next !== comma) throw malformed(cursor);
    cursor.at++;
  }
  leave(cursor);
}

/** Visits the elements of the array that starts at the cursor, as `readMembers` does the members of an object. */
export function readElements(cursor: Cursor, visit: (index: number) => void): void {
  enter(cursor);
  if (peek(cursor) === closeBracket) {
    leave(cursor);
    return;
  }
  for (let index = 0; ; index++) {
    skipSpace(cursor);
    visit(index);
    const next = peek(cursor);
    if (next === closeBracket) break;
    if (next !== comma) throw malformed(cursor);
    cursor.at++;
  }
  leave(cursor);
}

/** Moves past one value of any kind and checks it on the way. */
export function skipValue(cursor: Cursor, checks: Checks): void {
  switch (peek(cursor)) {
    case quote:
      skipString(cursor, checks);
      return;
    case openBrace:
      skipObject(cursor, checks);
      return;
    case openBracket:
      skipArray(cursor, checks);
      return;
    case 0x74:
      skipLiteral(cursor, 'true');
      return;
    case 0x66:
      skipLiteral(cursor, 'false');
      return;
    case 0x6e:
      skipLiteral(cursor, 'null');
      return;
    default:
      skipNumber(cursor);
  }
}

// The bodies of these two are `readMembers` and `readElements` without the call for each value and without a string
// for each key: on free JSON that is half of the time.
function skipObject(cursor: Cursor, checks: Checks): void {
  enter(cursor);
  if (peek(cursor) === closeBrace) {
    leave(cursor);
    return;
  }
  for (;;) {
    if (peek(cursor) !== quote) throw malformed(cursor);
    const keyAt = cursor.at;
    const escaped = skipString(cursor, checks);
    if (checks === 'free') checkKey(cursor, keyAt, escaped);
    if (peek(cursor) !== colon) throw malformed(cursor);
    cursor.at++;
    skipValue(cursor, checks);
    const next = peek(cursor);
    if (next === closeBrace) break;
    if (next !== comma) throw malformed(cursor);
    cursor.at++;
  }
  leave(cursor);
}

function skipArray(cursor: Cursor, checks: Checks): void {
  enter(cursor);
  if (peek(cursor) === closeBracket) {
    leave(cursor);
    return;
  }
  for (;;) {
    skipValue(cursor, checks);
    const next = peek(cursor);
    if (next === closeBracket) break;
    if (next !== comma) throw malformed(cursor);
    cursor.at++;
  }
  leave(cursor);
}

function enter(cursor: Cursor): void {
  if (++cursor.depth > maxDepth) {
    throw new DomainError('malformed', 'too_deep', `The body is nested deeper than ${maxDepth} levels`);
  }
  cursor.at++;
}

function leave(cursor: Cursor): void {
  cursor.depth--;
  cursor.at++;
}

function checkKey(cursor: Cursor, keyAt: number, escaped: boolean): void {
  const { text, at } = cursor;
  const length = at - keyAt - 2;
  // Without escapes only keys of these two lengths can be dangerous, so most cost one comparison.
  if (!escaped && length !== 9 && length !== 11) return;
  const key = escaped ? unescapeString(text, keyAt, at) : text.slice(keyAt + 1, at - 1);
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
    addProblem(cursor, keyAt, `the key ${key} is not allowed`);
  }
}

/** Reads the string that starts at the cursor. */
export function readString(cursor: Cursor, checks: Checks): string {
  const start = cursor.at;
  return skipString(cursor, checks)
    ? unescapeString(cursor.text, start, cursor.at)
    : cursor.text.slice(start + 1, cursor.at - 1);
}

function unescapeString(text: string, start: number, end: number): string {
  return JSON.parse(text.slice(start, end)) as string; // the scanner has just passed it as a string
}

/** Moves past the string that starts at the cursor; true when it holds escapes. */
function skipString(cursor: Cursor, checks: Checks): boolean {
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

function skipLiteral(cursor: Cursor, literal: string): void {
  if (!cursor.text.startsWith(literal, cursor.at)) throw malformed(cursor);
  cursor.at += literal.length;
}

/** Moves past the number that starts at the cursor. */
export function skipNumber(cursor: Cursor): void {
  const { text } = cursor;
  if (text.charCodeAt(cursor.at) === 0x2d) cursor.at++;
  if (text.charCodeAt(cursor.at) === 0x30) cursor.at++;
  else skipDigits(cursor);
  if (text.charCodeAt(cursor.at) === 0x2e) {
    cursor.at++;
    skipDigits(cursor);
  }
  const exponent = text.charCodeAt(cursor.at);
  if (exponent !== 0x65 && exponent !== 0x45) return;
  cursor.at++;
  const sign = text.charCodeAt(cursor.at);
  if (sign === 0x2b || sign === 0x2d) cursor.at++;
  skipDigits(cursor);
}

function skipDigits(cursor: Cursor): void {
  const { text } = cursor;
  const start = cursor.at;
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (!(code >= 0x30 && code <= 0x39)) break;
    at++;
  }
  cursor.at = at;
  if (at === start) throw malformed(cursor);
}
