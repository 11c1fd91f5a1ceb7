import { type JsonValue, parseJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { createMeter } from '../meter.ts';
import { type Operator, operators } from './operators.ts';

const moment = { now: Date.parse('2026-03-01T12:00:00Z'), timezone: 'Europe/Berlin', meter: createMeter() };

type Case = [actual: JsonValue | undefined, operator: Operator, expected: JsonValue, result: boolean];

const cases: Case[] = [
  ['a', 'equals', 'a', true],
  ['a', 'equals', 'A', false],
  [5, 'equals', '5', true],
  ['5.0', 'equals', 5, true],
  [true, 'equals', 'true', true],
  [false, 'equals', 0, false],
  [null, 'equals', null, true],
  [undefined, 'equals', null, true],
  ['', 'equals', null, false],
  [undefined, 'equals', '', false],
  [[1, 'a'], 'equals', ['1', 'a'], true],
  [[1, 2], 'equals', [1], false],
  [{ a: 1, b: 2 }, 'equals', { b: 2, a: 1 }, true],
  [{ a: 1 }, 'equals', { a: 1, b: 2 }, false],
  [{ a: 1 }, 'equals', '[object Object]', false],
  [undefined, 'not_equals', 'x', true],
  ['x', 'not_equals', 'x', false],
  ['hello world', 'contains', 'lo w', true],
  ['hello', 'contains', 'L', false],
  [['a', 'b'], 'contains', 'b', true],
  [[1, 2], 'contains', '2', true],
  [12345, 'contains', 34, true],
  [undefined, 'contains', '', false],
  [{ a: 1 }, 'contains', 'a', false],
  [undefined, 'not_contains', 'x', true],
  ['xyz', 'not_contains', 'y', false],
  ['ada@example.com', 'starts_with', 'ada', true],
  ['ada@example.com', 'starts_with', 'Ada', false],
  ['ada@example.com', 'ends_with', '.com', true],
  [undefined, 'ends_with', '', false],
  [72, 'greater_than', 50, true],
  [50, 'greater_than', 50, false],
  ['72', 'greater_than', '8', true],
  ['abc', 'greater_than', 5, false],
  [undefined, 'greater_than', -1, false],
  [null, 'less_than', 1, false],
  ['', 'less_than', 1, false],
  [50, 'greater_or_equal', 50, true],
  [49, 'greater_or_equal', 50, false],
  [49, 'less_than', 50, true],
  [50, 'less_or_equal', 50, true],
  [51, 'less_or_equal', 50, false],
  ['b', 'in', ['a', 'b'], true],
  [2, 'in', ['1', '2'], true],
  ['b', 'in', 'a, b', true],
  ['c', 'in', 'a, b', false],
  [undefined, 'in', [null], false],
  ['a', 'in', 5, false],
  ['c', 'not_in', ['a'], true],
  [undefined, 'not_in', ['a'], true],
  [0, 'exists', null, true],
  [false, 'exists', null, true],
  ['', 'exists', null, false],
  [null, 'exists', null, false],
  [undefined, 'exists', null, false],
  [undefined, 'not_exists', null, true],
  ['x', 'not_exists', null, false],
  ['2026-02-28', 'before', 'now', true],
  ['2026-03-01T12:00:01Z', 'before', 'now', false],
  ['2026-03-01T12:30:00+01:00', 'before', 'now', true],
  // Without an offset a time is local: 12:30 in Berlin is 11:30 UTC.
  ['2026-03-01T12:30:00', 'before', 'now', true],
  ['2026-03-01 13:30', 'after', 'now', true],
  [1772366400, 'equals', 1772366400, true],
  [1772366401, 'after', 'now', true],
  [1772366399000, 'before', 'now', true],
  ['not a date', 'before', 'now', false],
  [undefined, 'after', '2020-01-01', false],
];

test.each(cases)('%j %s %j is %s', (actual, operator, expected, result) => {
  expect(operators[operator](actual, expected, moment)).toBe(result);
});

test('a long number is compared with thousands of options by reading it once', () => {
  const digits = '1'.repeat(200_000);
  const options = Array.from({ length: 5_000 }, (_, index) => `${index}`);
  const meter = createMeter();
  expect(operators.in(digits, options, { ...moment, meter })).toBe(false);
  expect(operators.in(digits, [...options, `${digits}.0`], { ...moment, meter })).toBe(true);
  expect(meter.spent).toBeLessThan(4 * digits.length + 100 * options.length);
});

test.each(Object.keys(operators) as Operator[])('%s is charged', (operator) => {
  const meter = createMeter();
  operators[operator]('abc', 'abc', { ...moment, meter });
  expect(meter.spent).toBeGreaterThan(0);
});

test('a test that needs more than the rest of the budget is not begun', () => {
  const meter = createMeter(1_000);
  expect(() => operators.contains('a'.repeat(2_000), 'b', { ...moment, meter })).toThrow('work_limit_exceeded');
});

test('every operator has a case', () => {
  expect(new Set(cases.map(([, operator]) => operator))).toEqual(new Set(Object.keys(operators)));
});

test.each<[string, Operator, string, boolean]>([
  ['9007199254740993', 'greater_than', '9007199254740992.0', true],
  ['9007199254740993', 'equals', '9007199254740992', false],
  ['1.50', 'equals', '1.5', true],
  ['-1e400', 'less_than', '-1e399', true],
])('numbers keep their digits: %s %s %s is %s', (actual, operator, expected, result) => {
  expect(operators[operator](parseJson(actual), parseJson(expected), moment)).toBe(result);
});
