import { expect, test } from '@jest/globals';
import { daysOf } from './days.ts';

const hours = (from: string, to: string, timezone: string) =>
  daysOf({ from: new Date(from), to: new Date(to) }, timezone).map((day) => [
    day.day,
    (day.to.getTime() - day.from.getTime()) / 3_600_000,
  ]);

test.each<[string, string, string, string, [string, number][]]>([
  ['an empty period has none', '2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z', 'UTC', []],
  [
    'the ends are as short as the period',
    '2026-11-01T22:00:00Z',
    '2026-11-03T01:00:00Z',
    'UTC',
    [
      ['2026-11-01', 2],
      ['2026-11-02', 24],
      ['2026-11-03', 1],
    ],
  ],
  ['clocks go back', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z', 'America/New_York', [['2026-11-01', 25]]],
  ['clocks go forward', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z', 'America/New_York', [['2026-03-08', 23]]],
  [
    'clocks go forward at midnight',
    '2026-04-23T22:00:00Z',
    '2026-04-25T21:00:00Z',
    'Africa/Cairo',
    [
      ['2026-04-24', 23],
      ['2026-04-25', 24],
    ],
  ],
  ['an offset of 5:45', '2026-11-01T18:15:00Z', '2026-11-02T18:15:00Z', 'Asia/Kathmandu', [['2026-11-02', 24]]],
])('days of a zone: %s', (_what, from, to, timezone, days) => {
  expect(hours(from, to, timezone)).toEqual(days);
});
