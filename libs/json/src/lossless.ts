import { randomBytes } from 'node:crypto';

/**
 * A number whose digits a double would lose, such as `1.50` or `9007199254740993`. It is an object that
 * `JSON.stringify` writes as the original text.
 */
export type RawNumber = { readonly rawJSON: string };
export type JsonValue = string | number | boolean | null | RawNumber | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

// TypeScript's library has no types for this part of ECMAScript.
type LosslessJson = { rawJSON(text: string): RawNumber; isRawJSON(value: unknown): value is RawNumber };
const losslessJson = JSON as unknown as LosslessJson;

// Matches numbers at risk: sixteen digits, a fraction that ends in zero, an exponent or a negative zero. All other
// numbers print as they were written. Text inside strings may match too, which costs time but changes nothing.
const riskyNumber = /\d[\d.]{15}|\.\d*0(?!\d)|\d[eE]|-0(?!\.\d)/;

/** The prefix of strings that represent numbers. It is random, so that nobody outside of this process can know it. */
const mark = `${randomBytes(9).toString('base64url')}:`;

/**
 * Parses JSON so that `stringifyJson` restores every digit of every number. Numbers at risk are parsed as marked
 * strings and turned into raw numbers afterwards, because a reviver, which is called for each value, takes twenty times
 * as long.
 */
export function parseJson(text: string): JsonValue {
  if (!riskyNumber.test(text)) return JSON.parse(text) as JsonValue;
  const marked = markNumbers(text);
  return marked === undefined ? (JSON.parse(text) as JsonValue) : restore(parseMarked(marked, text), new Map());
}

function parseMarked(marked: string, text: string): JsonValue {
  try {
    return JSON.parse(marked) as JsonValue;
  } catch {
    // Parsing the original text throws too, but that error message quotes the text without marks.
    return JSON.parse(text) as JsonValue;
  }
}

/**
 * Replaces each number at risk with a marked string; undefined if there is no such number. Text that is not JSON stays
 * invalid.
 */
function markNumbers(text: string): string | undefined {
  let marked = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
    } else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, at);
      const number = text.slice(at, end);
      if (isAtRisk(number)) {
        marked += `${text.slice(from, at)}"${mark}${number}"`;
        from = end;
      }
      at = end - 1;
    }
  }
  return from === 0 ? undefined : marked + text.slice(from);
}

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;

/** Returns the offset of the quote that ends a string, or of the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); at < text.length && code !== quote; code = text.charCodeAt(at)) {
    at += code === backslash ? 2 : 1;
  }
  return at;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); isDigit(code) || isInNumber(code); code = text.charCodeAt(at)) at++;
  return at;
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;

/** Whether a character other than a digit belongs to a number: a point, a sign or an exponent. */
const isInNumber = (code: number) => code === 0x2e || code === 0x2b || code === minus || code === 0x65 || code === 0x45;

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether a double would lose digits. Returns false for a string that is not a number, which `JSON.parse` refuses. */
function isAtRisk(number: string): boolean {
  return jsonNumber.test(number) && String(Number(number)) !== number;
}

/** Turns marked strings into raw numbers, in place. Equal numbers share one object. */
function restore(value: JsonValue, known: Map<string, RawNumber>): JsonValue {
  if (typeof value === 'string') return value.startsWith(mark) ? rawNumber(value, known) : value;
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = restore(value[index] ?? null, known);
    return value;
  }
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member !== undefined && isMarkable(member)) {
      value[key] = restore(member, known);
    }
  }
  return value;
}

/** Whether a value is a marked string or may contain one. All other values need no visit. */
function isMarkable(value: JsonValue): boolean {
  return typeof value === 'string' ? value.startsWith(mark) : typeof value === 'object' && value !== null;
}

function rawNumber(marked: string, known: Map<string, RawNumber>): RawNumber {
  let number = known.get(marked);
  if (number === undefined) {
    number = losslessJson.rawJSON(marked.slice(mark.length));
    known.set(marked, number);
  }
  return number;
}

export function stringifyJson(value: JsonValue): string {
  return JSON.stringify(value);
}

export function isRawNumber(value: unknown): value is RawNumber {
  return losslessJson.isRawJSON(value);
}

/** Returns the double nearest to a JSON number; undefined for other values. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return isRawNumber(value) ? Number(value.rawJSON) : undefined;
}
