import { DomainError } from '@drippulse/errors';
import { partLength } from './parts.ts';

/** Arrays and objects may be nested this deep, the body itself counted. */
const maxDepth = 64;

/** Where a value breaks a rule; `at` is the offset of the value or, for a bad key, of the key. */
export type Problem = { at: number; message: string };

/** A position in a JSON text that is read once from left to right. */
export type Cursor = {
  readonly text: string;
  /** What the text was decoded from, without a byte order mark; undefined for what came as text. */
  readonly bytes: Uint8Array | undefined;
  at: number;
  depth: number;
  /** Where the string begins that was passed last, and whether it holds escapes. */
  stringStart: number;
  isEscaped: boolean;
  /** From here on another part begins, once the value at hand has been read. */
  partEnd: number;
  readonly problems: Problem[];
};

/** How closely values are looked at: `syntax` (and depth), `strings` (can be stored), `free` (no dangerous key either). */
export type Checks = 'syntax' | 'strings' | 'free';

// A hostile body could hold one problem every ten bytes; whoever made it needs no list of them all.
const maxProblems = 100;

export function startCursor(text: string, bytes?: Uint8Array): Cursor {
  return { text, bytes, at: 0, depth: 0, stringStart: 0, isEscaped: false, partEnd: partLength, problems: [] };
}

/** True once for each part that has been read: the moment to let others have a turn. */
export function isPartOver(cursor: Cursor): boolean {
  if (cursor.at < cursor.partEnd) return false;
  cursor.partEnd = cursor.at + partLength;
  return true;
}

const utf8 = new TextEncoder();

/** The bytes of a piece of the text. Of the larger part of a body they are those that came, not copied. */
export function bytesBetween({ text, bytes }: Cursor, start: number, end: number): Uint8Array {
  if (bytes === undefined || end - start < text.length / 2) return utf8.encode(text.slice(start, end));
  const from = Buffer.byteLength(text.slice(0, start));
  const to = bytes.length - Buffer.byteLength(text.slice(end));
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
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

export function addProblem(cursor: Cursor, at: number, message: string): void {
  if (cursor.problems.length < maxProblems) cursor.problems.push({ at, message });
}

export function skipSpace(cursor: Cursor): void {
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

/** Moves past the colon behind a key. */
export function passColon(cursor: Cursor): void {
  if (peek(cursor) !== 0x3a) throw malformed(cursor);
  cursor.at++;
}

export function expectEnd(cursor: Cursor): void {
  skipSpace(cursor);
  if (cursor.at < cursor.text.length) throw malformed(cursor);
}

/** Steps into the array or object that starts at the cursor. */
export function enter(cursor: Cursor): void {
  if (++cursor.depth > maxDepth) {
    throw new DomainError('malformed', 'too_deep', `The body is nested deeper than ${maxDepth} levels`);
  }
  cursor.at++;
}

/** Steps out of it, past its closing bracket. */
export function leave(cursor: Cursor): void {
  cursor.depth--;
  cursor.at++;
}
