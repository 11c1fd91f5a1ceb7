import { addProblem, type Checks, type Cursor, enter, leave, malformed, peek, skipSpace } from './cursor.ts';
import { skipNumber } from './scan-number.ts';
import { readString, skipString, unescapeString } from './scan-string.ts';

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

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

function skipLiteral(cursor: Cursor, literal: string): void {
  if (!cursor.text.startsWith(literal, cursor.at)) throw malformed(cursor);
  cursor.at += literal.length;
}
