import { type DescEnum, type DescField, ScalarType } from '@bufbuild/protobuf';
import { enumNames, fieldRest } from '../rest-options.ts';
import { addProblem, type Cursor, isNull, readString, skipNumber, skipValue } from '../scanner.ts';
import { parseTimestamp } from '../timestamps.ts';

/**
 * Reads the value at the cursor and moves past it. A value of the wrong kind is skipped, noted as a problem, and reads
 * as undefined.
 */
export type ReadValue = (cursor: Cursor) => unknown;

/** Ids stay below this, so that a JSON number holds them. */
export const maxId = 2n ** 53n;

const quote = 0x22;

/** Skips a value of the wrong kind and says what it should have been. */
export function mismatch(cursor: Cursor, message: string): undefined {
  addProblem(cursor, cursor.at, message);
  skipValue(cursor, 'strings');
  return undefined;
}

/** A reader of text, from a JSON string or a query parameter: the value, or undefined when the text is no such value. */
type ParseText = (text: string) => unknown;

/** What a scalar of a field looks like as text, and the sentence for whatever does not. */
export type TextRule = { parse: ParseText; message: string };

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

export function enumRule(desc: DescEnum): TextRule {
  const byName = new Map([...enumNames(desc)].map(([number, name]) => [name, number]));
  const names = [...byName.keys()].join(', ');
  return { parse: (text) => byName.get(text.toLowerCase()), message: `must be one of ${names}` };
}

export const timestampRule: TextRule = {
  parse: parseTimestamp,
  message: 'must be an RFC 3339 timestamp such as 2026-04-02T12:00:00Z',
};

export function textRule(field: DescField, scalar: ScalarType): TextRule {
  switch (scalar) {
    case ScalarType.STRING:
      return { parse: (text) => text, message: 'must be a string' };
    case ScalarType.BOOL:
      return { parse: parseBool, message: 'must be true or false' };
    case ScalarType.BYTES:
      return { parse: parseBase64, message: 'must be base64 text' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { parse: parseFinite, message: 'must be a number' };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { parse: (text) => parseSmall(text, -(2 ** 31), 2 ** 31 - 1), message: 'must be an integer' };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { parse: (text) => parseSmall(text, 0, 2 ** 32 - 1), message: 'must be an integer from 0' };
    default:
      return { parse: fieldRest(field).ref === '' ? parseWide : parseReference, message: 'must be an integer' };
  }
}

function isWide(scalar: ScalarType): boolean {
  return scalar === ScalarType.INT64 || scalar === ScalarType.SINT64 || scalar === ScalarType.SFIXED64;
}

function parseBool(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

function parseBase64(text: string): Uint8Array | undefined {
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text);
  return isBase64 ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function parseFinite(text: string): number | undefined {
  const value = jsonNumber.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function parseSmall(text: string, min: number, max: number): number | undefined {
  const value = parseFinite(text);
  // `+ 0` because -0 is an integer too.
  return value !== undefined && Number.isInteger(value) && value >= min && value <= max ? value + 0 : undefined;
}

function parseWide(text: string): bigint | undefined {
  // No BigInt of a million digits: it is quadratic.
  if (/^-?\d{1,19}$/.test(text)) {
    const value = BigInt(text);
    return value === BigInt.asIntN(64, value) ? value : undefined;
  }
  const value = parseFinite(text);
  return Number.isSafeInteger(value) ? BigInt(value ?? 0) : undefined;
}

/** An id of another resource; one that cannot exist becomes 0, which no resource has, and so the service's own 404. */
function parseReference(text: string): bigint | undefined {
  if (/^-?\d{17,}$/.test(text)) return 0n;
  const value = parseWide(text);
  return value === undefined || (value >= 0n && value <= maxId) ? value : 0n;
}
