import type { JsonValue } from '@drippulse/json';
import { charge, chargeReading, type Meter } from '../meter.ts';
import { firstIndexOf } from '../text-search.ts';
import { parseInstant } from '../time/instants.ts';
import { isEqual, matcherOf, textOf } from './equality.ts';
import { compareNumerals, numeralOf } from './numbers.ts';

/** The current time and the time zone, for comparisons of times, and the step's meter. */
export type Moment = { readonly now: number; readonly timezone: string; readonly meter: Meter };

type Value = JsonValue | undefined;
type Test = (actual: Value, expected: Value, moment: Moment) => boolean;

const tests = {
  equals: isEqual,
  not_equals: not(isEqual),
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
export type Operator = keyof typeof tests;

/** Operators that do not read the value of the field. */
const unread: ReadonlySet<string> = new Set<Operator>(['exists', 'not_exists']);
const callUnits = 16;
const optionUnits = 16;
const timeUnits = 800;

/**
 * All operators by name. Numbers and numeric strings are compared by value, other strings exactly. Each operator
 * charges both values to the meter before it reads them, so the work of a test must be proportional to their sizes. An
 * operator that does more work must charge it separately.
 */
export const operators = Object.fromEntries(
  Object.entries<Test>(tests).map(([name, test]) => [name, metered(test, unread.has(name))]),
) as Record<Operator, Test>; // the names are those of `tests`

function metered(test: Test, isUnread: boolean): Test {
  return (actual, expected, moment) => {
    charge(moment.meter, callUnits);
    if (!isUnread) {
      chargeReading(moment.meter, actual);
      chargeReading(moment.meter, expected);
    }
    return test(actual, expected, moment);
  };
}

function not(test: Test): Test {
  return (actual, expected, moment) => !test(actual, expected, moment);
}

function contains(actual: Value, expected: Value): boolean {
  if (Array.isArray(actual)) return actual.some(matcherOf(expected));
  return bothTexts(actual, expected, (text, part) => firstIndexOf(text, part) >= 0);
}

/** Whether a value is in a list. `value` is an array, or a string separated by commas. */
function isIn(actual: Value, expected: Value, { meter }: Moment): boolean {
  if (actual === undefined) return false;
  const options = typeof expected === 'string' ? expected.split(',') : expected;
  if (!Array.isArray(options)) return false;
  charge(meter, optionUnits * options.length);
  const matches = matcherOf(actual);
  return typeof expected === 'string' ? options.some((option) => matches(trimmed(option))) : options.some(matches);
}

function trimmed(option: JsonValue): JsonValue {
  return typeof option === 'string' ? option.trim() : option;
}

/** Whether a field has a value. An empty string is treated as absent, as in the enrollment of contacts. */
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
  charge(moment.meter, 2 * timeUnits);
  const a = timeOf(actual, moment);
  const b = timeOf(expected, moment);
  return a !== undefined && b !== undefined && test(a, b);
}

function timeOf(value: Value, { now, timezone }: Moment): number | undefined {
  if (value === undefined) return undefined;
  return value === 'now' ? now : parseInstant(value, timezone);
}
