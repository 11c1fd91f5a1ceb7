import { DomainError } from '@drippulse/runtime';

/** Arrays and objects may be nested this deep, the body itself counted. */
const maxDepth = 64;

/** Where a value breaks a rule; `at` is the offset of the value or, for a bad key, of the key. */
export type Problem = { at: number; message: string };

/** A position in a JSON text that is read once from left to right. */
export type Cursor = { readonly text: string; at: number; depth: number; readonly problems: Problem[] };

/** How closely values are looked at: `syntax` (and depth), `strings` (can be stored), `free` (no dangerous key either). */
export type Checks = 'syntax' | 'strings' | 'free';

// A hostile body could hold one problem every ten bytes; whoever made it needs no list of them all.
const maxProblems = 100;

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
