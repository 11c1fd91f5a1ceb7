import { expect, test } from '@jest/globals';
import { addSpan, countOf, describeSpan, nextTimeOfDay, type Unit } from './spans.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z');

// Berlin's clocks go forward at 2026-03-29 01:00Z (02:00 to 03:00) and back at 2026-10-25 01:00Z (03:00 to 02:00).
test.each<[string, number, Unit, string, string]>([
  ['2026-03-28T12:00Z', 24, 'hours', 'Europe/Berlin', '2026-03-29T12:00Z'],
  ['2026-03-28T12:00Z', 1, 'days', 'Europe/Berlin', '2026-03-29T11:00Z'],
  ['2026-10-24T12:00Z', 1, 'days', 'Europe/Berlin', '2026-10-25T13:00Z'],
  ['2026-03-22T12:00Z', 1, 'weeks', 'Europe/Berlin', '2026-03-29T11:00Z'],
  ['2026-03-28T12:00Z', 1, 'days', 'UTC', '2026-03-29T12:00Z'],
  // 02:30 on the 29th does not exist, so the result is as far past the end of the gap as 02:30 is past its start.
  ['2026-03-28T01:30Z', 1, 'days', 'Europe/Berlin', '2026-03-29T01:30Z'],
  ['2026-01-31T08:00Z', 30, 'minutes', 'Europe/Berlin', '2026-01-31T08:30Z'],
  ['2026-02-28T23:30Z', 1, 'days', 'America/New_York', '2026-03-01T23:30Z'],
  ['2026-01-01T00:00Z', 1.5, 'hours', 'UTC', '2026-01-01T01:30Z'],
  // Lord Howe's clocks move by half an hour.
  ['2026-04-04T12:00Z', 1, 'days', 'Australia/Lord_Howe', '2026-04-05T12:30Z'],
])('from %s, %d %s in %s is %s', (from, duration, unit, timezone, expected) => {
  expect(iso(addSpan(at(from), duration, unit, timezone))).toBe(expected);
});

const weekdays = new Set([1, 2, 3, 4, 5]);
const any = new Set<number>();

test.each<[string, string, Set<number>, string, string]>([
  ['2026-05-06T06:00Z', '09:30', any, 'Europe/Berlin', '2026-05-06T07:30Z'],
  ['2026-05-06T07:30Z', '09:30', any, 'Europe/Berlin', '2026-05-07T07:30Z'],
  ['2026-05-06T08:00Z', '09:30', any, 'Europe/Berlin', '2026-05-07T07:30Z'],
  // On Friday evening the next weekday is Monday on the local calendar.
  ['2026-05-08T18:00Z', '09:00', weekdays, 'Europe/Berlin', '2026-05-11T07:00Z'],
  // In Auckland it is already Monday.
  ['2026-05-10T13:00Z', '09:00', new Set([1]), 'Pacific/Auckland', '2026-05-10T21:00Z'],
  ['2026-05-06T06:00Z', '09:30', new Set([3]), 'UTC', '2026-05-06T09:30Z'],
  ['2026-05-06T10:00Z', '09:30', new Set([3]), 'UTC', '2026-05-13T09:30Z'],
  // For a time that is skipped when clocks go forward, the moment of the change is used.
  ['2026-03-28T12:00Z', '02:30', any, 'Europe/Berlin', '2026-03-29T01:00Z'],
  // Of a time that occurs twice when clocks go back, only the first occurrence is used.
  ['2026-10-24T12:00Z', '02:30', any, 'Europe/Berlin', '2026-10-25T00:30Z'],
  ['2026-10-25T00:30Z', '02:30', any, 'Europe/Berlin', '2026-10-26T01:30Z'],
  // Samoa had no 30 December 2011.
  ['2011-12-29T20:00Z', '09:00', any, 'Pacific/Apia', '2011-12-30T10:00Z'],
])('after %s, %s on %p in %s is %s', (now, time, days, timezone, expected) => {
  expect(iso(nextTimeOfDay(at(now), time, days, timezone))).toBe(expected);
});

test.each([
  [0, '0 seconds'],
  [1_000, '1 second'],
  [61_000, '1 minute 1 second'],
  [3_600_000, '1 hour'],
  [90_061_000, '1 day 1 hour'],
  [172_800_000, '2 days'],
  [-5, '0 seconds'],
])('%d ms are %s', (ms, words) => {
  expect(describeSpan(ms)).toBe(words);
});

test('a count takes the singular for one', () => {
  expect([countOf(1, 'weeks'), countOf(2, 'weeks')]).toEqual(['1 week', '2 weeks']);
});
