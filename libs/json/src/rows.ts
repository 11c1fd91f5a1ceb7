import { DomainError, type Violation } from '@drippulse/errors';
import { expectEnd, malformed, type Problem, peek, startCursor } from './cursor.ts';
import { decodeText } from './decode-text.ts';
import { violationsOf } from './problem-paths.ts';
import { skipValue } from './skip-value.ts';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** Returns the kind of the value in a JSON text, by its first character. */
export function jsonKind(text: string | Uint8Array): JsonKind {
  const start = typeof text === 'string' ? text : Buffer.from(text.subarray(0, 64)).toString('latin1');
  const first = /[^ \n\r\t]/.exec(start)?.[0] ?? '';
  const kinds: Record<string, JsonKind> = {
    '{': 'object',
    '[': 'array',
    '"': 'string',
    t: 'boolean',
    f: 'boolean',
    n: 'null',
  };
  return kinds[first] ?? 'number';
}

/**
 * Checks free JSON as the codec does. Strings that cannot be stored and dangerous keys are violations, with paths under
 * `path`. Throws `malformed` for text that is not JSON or nested too deep.
 */
export function checkJsonText(text: string | Uint8Array, path: readonly string[] = []): Violation[] {
  const source = decodeText(text);
  const cursor = startCursor(source);
  skipValue(cursor, 'free');
  expectEnd(cursor);
  return cursor.problems.length === 0 ? [] : violationsOf(source, cursor.problems, path);
}

/** One element of an array: its original text, and its problem if it has one. */
export type JsonRow = { index: number; text: string; kind: JsonKind; problem?: string };

/**
 * Yields the elements of a JSON array one by one, each checked as free JSON is. Use it for fields with the `rows`
 * option, which the gateway passes on unchecked. Throws `malformed` when the text is not an array.
 */
export function* jsonRows(text: string | Uint8Array): Generator<JsonRow> {
  const source = decodeText(text);
  const cursor = startCursor(source);
  if (peek(cursor) !== 0x5b) throw new DomainError('malformed', 'not_an_array', 'The rows must be an array');
  cursor.at++;
  cursor.depth++;
  if (peek(cursor) === 0x5d) return;
  for (let index = 0; ; index++) {
    peek(cursor);
    const start = cursor.at;
    skipValue(cursor, 'free');
    const row = source.slice(start, cursor.at);
    const [problem] = cursor.problems.splice(0);
    const found = problem && describe(row, { ...problem, at: problem.at - start });
    yield { index, text: row, kind: jsonKind(row), ...(found && { problem: found }) };
    const next = peek(cursor);
    if (next === 0x5d) return;
    if (next !== 0x2c) throw malformed(cursor);
    cursor.at++;
  }
}

function describe(row: string, problem: Problem): string {
  const [violation] = violationsOf(row, [problem]);
  const field = violation?.field ?? '';
  return field === '' ? problem.message : `${field}: ${problem.message}`;
}
