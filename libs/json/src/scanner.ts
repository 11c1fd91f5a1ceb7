import { type Checks, type Cursor, enter, isPartOver, leave, malformed, passColon, peek, skipSpace } from './cursor.ts';
import type { Parts } from './parts.ts';
import { beginString, restOfString, stringOf } from './scan-string.ts';

const quote = 0x22;
const comma = 0x2c;
const closeBrace = 0x7d;
const closeBracket = 0x5d;

/**
 * Visits the members of the object at the cursor. `visit` gets the key and its offset, with the cursor on the value. It
 * must move the cursor past the value, itself or in the parts that it returns.
 */
export function* readMembers(
  cursor: Cursor,
  checks: Checks,
  visit: (key: string, keyAt: number) => Parts<void> | undefined,
): Parts<void> {
  enter(cursor);
  if (peek(cursor) === closeBrace) {
    leave(cursor);
    return;
  }
  for (;;) {
    if (peek(cursor) !== quote) throw malformed(cursor);
    if (!beginString(cursor, checks)) yield* restOfString(cursor, checks);
    const key = stringOf(cursor);
    const keyAt = cursor.stringStart;
    passColon(cursor);
    skipSpace(cursor);
    const rest = visit(key, keyAt);
    if (rest !== undefined) yield* rest;
    if (isPartOver(cursor)) yield;
    const next = peek(cursor);
    if (next === closeBrace) break;
    if (next !== comma) throw malformed(cursor);
    cursor.at++;
  }
  leave(cursor);
}

/** Visits the elements of the array at the cursor, as `readMembers` visits members. */
export function* readElements(cursor: Cursor, visit: (index: number) => Parts<void> | undefined): Parts<void> {
  enter(cursor);
  if (peek(cursor) === closeBracket) {
    leave(cursor);
    return;
  }
  for (let index = 0; ; index++) {
    skipSpace(cursor);
    const rest = visit(index);
    if (rest !== undefined) yield* rest;
    if (isPartOver(cursor)) yield;
    const next = peek(cursor);
    if (next === closeBracket) break;
    if (next !== comma) throw malformed(cursor);
    cursor.at++;
  }
  leave(cursor);
}
