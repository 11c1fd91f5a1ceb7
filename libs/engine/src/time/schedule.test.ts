import { expect, test } from '@jest/globals';
import { frequencyProblem, nextTick } from './schedule.ts';

function ticks(frequency: string, timezone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let last: Date | undefined = new Date(after);
  while (found.length < count) {
    last = nextTick({ frequency, timezone }, last);
    if (last === undefined) return found;
    found.push(last.toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

test.each([
  ['hourly', 'UTC', '2026-05-01T09:15:00Z', ['2026-05-01T10:00Z', '2026-05-01T11:00Z']],
  ['hourly', 'UTC', '2026-05-01T10:00:00Z', ['2026-05-01T11:00Z']],
  ['Daily', 'Europe/Berlin', '2026-05-01T09:15:00Z', ['2026-05-01T22:00Z', '2026-05-02T22:00Z']],
  ['weekly', 'UTC', '2026-05-01T09:15:00Z', ['2026-05-04T00:00Z', '2026-05-11T00:00Z']],
  ['0 9 * * 1-5', 'America/New_York', '2026-03-06T12:00:00Z', ['2026-03-06T14:00Z', '2026-03-09T13:00Z']],
  ['*/20 * * * *', 'UTC', '2026-05-01T09:59:59Z', ['2026-05-01T10:00Z', '2026-05-01T10:20Z']],
  ['0 0 30 2 *', 'UTC', '2026-05-01T00:00:00Z', []],
])('%s in %s after %s', (frequency, timezone, after, expected) => {
  expect(ticks(frequency, timezone, after, Math.max(expected.length, 1))).toEqual(expected);
});

// Berlin's clocks go forward at 2026-03-29 01:00Z (02:00 to 03:00) and back at 2026-10-25 01:00Z (03:00 to 02:00).
test.each([
  ['30 2 * * *', '2026-03-28T12:00:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:30Z']],
  ['*/30 2 * * *', '2026-03-28T12:00:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:00Z', '2026-03-30T00:30Z']],
  ['hourly', '2026-03-28T23:30:00Z', ['2026-03-29T00:00Z', '2026-03-29T01:00Z', '2026-03-29T02:00Z']],
])('a local time that does not exist ticks at the next that does, once: %s', (frequency, after, expected) => {
  expect(ticks(frequency, 'Europe/Berlin', after, expected.length)).toEqual(expected);
});

test.each([
  ['30 2 * * *', '2026-10-24T12:00:00Z', ['2026-10-25T00:30Z', '2026-10-26T01:30Z']],
  ['0 2,14 * * *', '2026-10-24T13:00:00Z', ['2026-10-25T00:00Z', '2026-10-25T13:00Z']],
  ['30 2 * * *', '2026-10-25T01:15:00Z', ['2026-10-26T01:30Z']],
])('a local time that comes twice ticks once: %s', (frequency, after, expected) => {
  expect(ticks(frequency, 'Europe/Berlin', after, expected.length)).toEqual(expected);
});

test.each(['', 'sometimes', '* * * * * *', '61 * * * *', '? * * * *', '@daily', '0 0 1 1 * 2030', '* * *'])(
  '%j is no frequency',
  (frequency) => {
    expect(frequencyProblem(frequency)).toContain('cron expression of five fields');
  },
);
