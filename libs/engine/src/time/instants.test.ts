import { type JsonValue, parseJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { formatInstant, isTimeZone, parseInstant } from './instants.ts';

test.each<[JsonValue, string, string]>([
  ['2026-05-01T09:00:00Z', 'Europe/Berlin', '2026-05-01T09:00:00Z'],
  ['2026-05-01T09:00:00+02:00', 'UTC', '2026-05-01T07:00:00Z'],
  ['2026-05-01T09:00:00+0200', 'UTC', '2026-05-01T07:00:00Z'],
  ['2026-05-01 09:00:00 ', 'Europe/Berlin', '2026-05-01T07:00:00Z'],
  ['2026-05-01T09:00', 'America/New_York', '2026-05-01T13:00:00Z'],
  ['2026-05-01', 'Europe/Berlin', '2026-04-30T22:00:00Z'],
  ['20260501', 'UTC', '2026-05-01T00:00:00Z'],
  ['2026-05-01T09:00:00.250Z', 'UTC', '2026-05-01T09:00:00.250Z'],
  ['1777626000', 'UTC', '2026-05-01T09:00:00Z'],
  [1777626000, 'UTC', '2026-05-01T09:00:00Z'],
  [1777626000000, 'UTC', '2026-05-01T09:00:00Z'],
  [parseJson('1777626000.0'), 'UTC', '2026-05-01T09:00:00Z'],
])('%j in %s is %s', (value, timezone, expected) => {
  expect(formatInstant(parseInstant(value, timezone) ?? Number.NaN)).toBe(expected);
});

test.each<JsonValue>(['', 'soon', '2026', '2026-13-01', '2026-02-30T00:00Z', 'May 1, 2026', true, null, [], {}, 1e300])(
  '%j is no point in time',
  (value) => {
    expect(parseInstant(value, 'UTC')).toBeUndefined();
  },
);

test('a long text is refused without reading it', () => {
  expect(parseInstant(`2026${' '.repeat(1_000_000)}x`, 'UTC')).toBeUndefined();
});

test('zones are those of the IANA database', () => {
  expect(['UTC', 'Europe/Berlin', 'Mars/Base', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});
