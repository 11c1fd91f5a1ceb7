import { type DescEnum, type DescField, ScalarType } from '@bufbuild/protobuf';
import { addProblem, bytesBetween, type Checks, type Cursor, isNull } from '../cursor.ts';
import type { Parts } from '../parts.ts';
import { fieldRest } from '../rest-options.ts';
import { skipNumber } from '../scan-number.ts';
import { readString } from '../scan-string.ts';
import { skipParts } from '../skip-value.ts';
import { enumRule, faultOf, type TextRule, textRule } from './text-rules.ts';

/**
 * Reads the value at the cursor, passes it to `keep` and moves past it. Returns parts for a value that may be long; any
 * other value is read immediately. A value of the wrong kind is skipped and recorded as a problem.
 */
export type ReadValue = (cursor: Cursor, keep: (value: unknown) => void) => Parts<void> | undefined;

const quote = 0x22;

/** Skips a value of the wrong kind and records the problem. */
export function mismatch(cursor: Cursor, message: string): Parts<void> {
  addProblem(cursor, cursor.at, { message, code: 'type' });
  return skipParts(cursor, 'strings');
}

export function scalarReader(field: DescField, scalar: ScalarType): ReadValue {
  const rest = fieldRest(field);
  if (scalar === ScalarType.BYTES && rest.json) return rest.rows ? readRows : readFree;
  if (scalar === ScalarType.STRING) return readText;
  if (scalar === ScalarType.BOOL) return readBool;
  const rule = textRule(field, scalar);
  if (scalar === ScalarType.BYTES) return stringReader(rule);
  return numberReader(rule, isWide(scalar));
}

const readText: ReadValue = (cursor, keep) =>
  cursor.text.charCodeAt(cursor.at) === quote
    ? readString(cursor, 'strings', keep)
    : mismatch(cursor, 'must be a string');

const readBool: ReadValue = (cursor, keep) => {
  const value = cursor.text.startsWith('true', cursor.at);
  if (!value && !cursor.text.startsWith('false', cursor.at)) return mismatch(cursor, 'must be true or false');
  cursor.at += value ? 4 : 5;
  keep(value);
  return undefined;
};

const readFree: ReadValue = (cursor, keep) => readJson(cursor, 'free', keep);

// The service checks the contents of rows one by one, so that a bad row fails alone and not with the whole request.
const readRows: ReadValue = (cursor, keep) => readJson(cursor, 'syntax', keep);

function* readJson(cursor: Cursor, checks: Checks, keep: (value: Uint8Array) => void): Parts<void> {
  const start = cursor.at;
  yield* skipParts(cursor, checks);
  keep(bytesBetween(cursor, start, cursor.at));
}

export function stringReader(rule: TextRule): ReadValue {
  return (cursor, keep) =>
    cursor.text.charCodeAt(cursor.at) === quote ? readByRule(cursor, rule, keep) : mismatch(cursor, rule.message);
}

function numberReader(rule: TextRule, numericStrings: boolean): ReadValue {
  return (cursor, keep) => {
    const code = cursor.text.charCodeAt(cursor.at);
    const start = cursor.at;
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      skipNumber(cursor);
      keepParsed(cursor, start, rule, cursor.text.slice(start, cursor.at), keep);
      return undefined;
    }
    return numericStrings && code === quote ? readByRule(cursor, rule, keep) : mismatch(cursor, rule.message);
  };
}

function readByRule(cursor: Cursor, rule: TextRule, keep: (value: unknown) => void): Parts<void> | undefined {
  const start = cursor.at;
  return readString(cursor, 'strings', (text) => keepParsed(cursor, start, rule, text, keep));
}

function keepParsed(cursor: Cursor, at: number, rule: TextRule, text: string, keep: (value: unknown) => void): void {
  const value = rule.parse(text);
  if (value === undefined) addProblem(cursor, at, faultOf(rule, text));
  else keep(value);
}

export function enumReader(desc: DescEnum): ReadValue {
  return stringReader(enumRule(desc));
}

/** Makes a reader that refuses `null` as an element: inside arrays and maps `null` does not mean absent. */
export function rejectNull(read: ReadValue): ReadValue {
  return (cursor, keep) => (isNull(cursor) ? mismatch(cursor, 'must not be null') : read(cursor, keep));
}

function isWide(scalar: ScalarType): boolean {
  return scalar === ScalarType.INT64 || scalar === ScalarType.SINT64 || scalar === ScalarType.SFIXED64;
}
