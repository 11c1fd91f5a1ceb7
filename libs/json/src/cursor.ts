import { DomainError, type Violation } from '@drippulse/errors';
import { partLength } from './parts.ts';

/** Maximum depth of nested arrays and objects, including the body itself. */
const maxDepth = 64;

/** A fault of a value, without the path of the value. */
export type Fault = Omit<Violation, 'field'>;

/** A value that breaks a rule. `at` is the offset of the value, or of a bad key. */
export type Problem = Fault & { at: number };

/** A position in a JSON text that is read once from left to right. */
export type Cursor = {
  readonly text: string;
  /**
   * The bytes from which the text was decoded, without a byte order mark; undefined if the text was given as a string.
   */
  readonly bytes: Uint8Array | undefined;
  at: number;
  depth: number;
  /** Start of the last string that the cursor moved past, and whether this string has escapes. */
  stringStart: number;
  isEscaped: boolean;
  /**
   * Offset after which the current part of the work ends. The part includes the whole value that is being read at this
   * offset.
   */
  partEnd: number;
  readonly problems: Problem[];
  /** Whether an unknown member is a problem. */
  readonly isStrict: boolean;
};

/**
 * How thoroughly values are checked. Each level includes the levels before it: `syntax` (and depth), `strings` (they
 * can be stored), `free` (no dangerous key).
 */
export type Checks = 'syntax' | 'strings' | 'free';

// Maximum number of problems. A hostile body could have a problem every ten bytes, and its sender does not need all of
// them.
const maxProblems = 100;

export function startCursor(text: string, bytes?: Uint8Array, isStrict = false): Cursor {
  const start = { at: 0, depth: 0, stringStart: 0, isEscaped: false, partEnd: partLength };
  return { text, bytes, ...start, problems: [], isStrict };
}

/** Returns true once at the end of each part, when other work may have a turn. */
export function isPartOver(cursor: Cursor): boolean {
  if (cursor.at < cursor.partEnd) return false;
  cursor.partEnd = cursor.at + partLength;
  return true;
}

const utf8 = new TextEncoder();

/**
 * Returns the bytes of a piece of the text. If the piece is more than half of the text, the result is a view of the
 * received bytes, not a copy.
 */
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

export function addProblem(cursor: Cursor, at: number, fault: Fault): void {
  if (hasRoom(cursor)) cursor.problems.push({ at, ...fault });
}

/** Whether a further problem would be recorded. */
export function hasRoom({ problems }: Cursor): boolean {
  return problems.length < maxProblems;
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

/** Moves to the next character that is not a space, and returns its code; NaN at the end. */
export function peek(cursor: Cursor): number {
  skipSpace(cursor);
  return cursor.text.charCodeAt(cursor.at);
}

export function isNull(cursor: Cursor): boolean {
  return cursor.text.startsWith('null', cursor.at);
}

/** Moves past the colon after a key. */
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

/** Steps out of the array or object, past its closing bracket. */
export function leave(cursor: Cursor): void {
  cursor.depth--;
  cursor.at++;
}
