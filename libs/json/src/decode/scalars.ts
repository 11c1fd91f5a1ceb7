import { type DescEnum, type DescField, ScalarType } from '@bufbuild/protobuf';
import { addProblem, type Cursor, isNull } from '../cursor.ts';
import { fieldRest } from '../rest-options.ts';
import { skipNumber } from '../scan-number.ts';
import { readString } from '../scan-string.ts';
import { skipValue } from '../scanner.ts';
import { enumRule, type TextRule, textRule } from './text-rules.ts';

/**
 * Reads the value at the cursor and moves past it. A value of the wrong kind is skipped, noted as a problem, and reads
 * as undefined.
 */
export type ReadValue = (cursor: Cursor) => unknown;

const quote = 0x22;

/** Skips a value of the wrong kind and says what it should have been. */
export function mismatch(cursor: Cursor, message: string): undefined {
  addProblem(cursor, cursor.at, message);
  skipValue(cursor, 'strings');
  return undefined;
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

function readText(cursor: Cursor): string | undefined {
  if (cursor.text.charCodeAt(cursor.at) !== quote) return mismatch(cursor, 'must be a string');
  return readString(cursor, 'strings');
}

function readBool(cursor: Cursor): boolean | undefined {
  const value = cursor.text.startsWith('true', cursor.at);
  if (!value && !cursor.text.startsWith('false', cursor.at)) return mismatch(cursor, 'must be true or false');
  cursor.at += value ? 4 : 5;
  return value;
}

const utf8 = new TextEncoder();

function readFree(cursor: Cursor): Uint8Array {
  const start = cursor.at;
  skipValue(cursor, 'free');
  return utf8.encode(cursor.text.slice(start, cursor.at));
}

// Whoever takes the rows checks them one by one: a bad one costs itself, not the request.
function readRows(cursor: Cursor): Uint8Array {
  const start = cursor.at;
  skipValue(cursor, 'syntax');
  return utf8.encode(cursor.text.slice(start, cursor.at));
}

export function stringReader(rule: TextRule): ReadValue {
  return (cursor) => {
    if (cursor.text.charCodeAt(cursor.at) !== quote) return mismatch(cursor, rule.message);
    const start = cursor.at;
    const value = rule.parse(readString(cursor, 'strings'));
    if (value === undefined) addProblem(cursor, start, rule.message);
    return value;
  };
}

function numberReader(rule: TextRule, numericStrings: boolean): ReadValue {
  return (cursor) => {
    const code = cursor.text.charCodeAt(cursor.at);
    const start = cursor.at;
    let value: unknown;
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      skipNumber(cursor);
      value = rule.parse(cursor.text.slice(start, cursor.at));
    } else if (numericStrings && code === quote) {
      value = rule.parse(readString(cursor, 'strings'));
    } else {
      return mismatch(cursor, rule.message);
    }
    if (value === undefined) addProblem(cursor, start, rule.message);
    return value;
  };
}

export function enumReader(desc: DescEnum): ReadValue {
  return stringReader(enumRule(desc));
}

/** Elements of a value that came as `null`: not the same as absent inside arrays and maps. */
export function rejectNull(read: ReadValue): ReadValue {
  return (cursor) => (isNull(cursor) ? mismatch(cursor, 'must not be null') : read(cursor));
}

function isWide(scalar: ScalarType): boolean {
  return scalar === ScalarType.INT64 || scalar === ScalarType.SINT64 || scalar === ScalarType.SFIXED64;
}
