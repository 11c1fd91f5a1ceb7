import { isRawNumber, type JsonValue } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import { parseInstant } from '../time/instants.ts';
import { compareNumerals, numeralOf } from './numbers.ts';

/** The present time and the time zone, for comparisons of times. */
export type Moment = { now: number; timezone: string };

type Value = JsonValue | undefined;
type Test = (actual: Value, expected: Value, moment: Moment) => boolean;

/** All operators by name. Numbers and numeric texts are compared by value, other text exactly. */
export const operators = {
  equals,
  not_equals: not(equals),
  contains,
  not_contains: not(contains),
  starts_with: (actual, expected) => bothTexts(actual, expected, (text, part) => text.startsWith(part)),
  ends_with: (actual, expected) => bothTexts(actual, expected, (text, part) => text.endsWith(part)),
  greater_than: (actual, expected) => bothNumbers(actual, expected, (order) => order > 0),
  greater_or_equal: (actual, expected) => bothNumbers(actual, expected, (order) => order >= 0),
  less_than: (actual, expected) => bothNumbers(actual, expected, (order) => order < 0),
  less_or_equal: (actual, expected) => bothNumbers(actual, expected, (order) => order <= 0),
  in: isIn,
  not_in: not(isIn),
  exists,
  not_exists: not(exists),
  before: (actual, expected, moment) => bothTimes(actual, expected, moment, (a, b) => a < b),
  after: (actual, expected, moment) => bothTimes(actual, expected, moment, (a, b) => a > b),
} satisfies Record<string, Test>;

/** Name of an operator. */
export type Operator = keyof typeof operators;

function not(test: Test): Test {
  return (actual, expected, moment) => !test(actual, expected, moment);
}

/** A missing field equals only null. A missing `value` is null. */
function equals(actual: Value, expected: Value): boolean {
  const a = numeralOf(actual);
  const b = numeralOf(expected);
  if (a !== undefined && b !== undefined) return compareNumerals(a, b) === 0;
  if (isCompound(actual) || isCompound(expected)) return sameStructure(actual, expected);
  return textOf(actual) === textOf(expected);
}

function contains(actual: Value, expected: Value): boolean {
  if (Array.isArray(actual)) return actual.some((item) => equals(item, expected));
  return bothTexts(actual, expected, (text, part) => text.includes(part));
}

/** `value` is an array, or text separated by commas. */
function isIn(actual: Value, expected: Value): boolean {
  if (actual === undefined) return false;
  const options = typeof expected === 'string' ? expected.split(',').map((part) => part.trim()) : expected;
  return Array.isArray(options) && options.some((option) => equals(actual, option));
}

/** An empty text counts as absent, as in enrollment of contacts. */
function exists(actual: Value): boolean {
  return actual !== undefined && actual !== null && actual !== '';
}

function bothTexts(actual: Value, expected: Value, test: (a: string, b: string) => boolean): boolean {
  const a = textOf(actual);
  const b = textOf(expected);
  return a !== null && b !== null && test(a, b);
}

function bothNumbers(actual: Value, expected: Value, test: (order: number) => boolean): boolean {
  const a = numeralOf(actual);
  const b = numeralOf(expected);
  return a !== undefined && b !== undefined && test(compareNumerals(a, b));
}

function bothTimes(actual: Value, expected: Value, moment: Moment, test: (a: number, b: number) => boolean): boolean {
  const a = timeOf(actual, moment);
  const b = timeOf(expected, moment);
  return a !== undefined && b !== undefined && test(a, b);
}

function timeOf(value: Value, { now, timezone }: Moment): number | undefined {
  if (value === undefined) return undefined;
  return value === 'now' ? now : parseInstant(value, timezone);
}

/** The text of a scalar; null for other values. */
function textOf(value: Value): string | null {
  if (value === undefined || value === null || isCompound(value)) return null;
  return isRawNumber(value) ? value.rawJSON : String(value);
}

function isCompound(value: Value): boolean {
  return Array.isArray(value) || objectOf(value) !== undefined;
}

function sameStructure(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equals(item, b[i]));
  const left = objectOf(a);
  const right = objectOf(b);
  if (!left || !right) return false;
  const keys = Object.keys(left);
  const isShared = (key: string) => Object.hasOwn(right, key) && equals(left[key], right[key]);
  return keys.length === Object.keys(right).length && keys.every(isShared);
}
