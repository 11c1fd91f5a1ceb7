import { expect, test } from '@jest/globals';
import { formatTimestamp, parseTimestamp } from './timestamps.ts';

test.each([
  ['2026-04-02T12:00:00Z', '2026-04-02T12:00:00.000Z'],
  ['2026-04-02t12:00:00.123456789z', '2026-04-02T12:00:00.123Z'],
  ['2026-04-02T12:00:00+05:30', '2026-04-02T06:30:00.000Z'],
  ['2026-04-02T23:30:00-01:00', '2026-04-03T00:30:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.500Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
])('%s is %s', (text, formatted) => {
  const timestamp = parseTimestamp(text);
  expect(timestamp && formatTimestamp(timestamp)).toBe(formatted);
});

test.each([
  '2026-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-04-02T24:00:00Z',
  '2026-04-02T12:60:00Z',
  '2026-04-02T12:00:60Z',
  '2026-04-02T12:00:00',
  '2026-04-02T12:00:00+24:00',
  '2026-04-02',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-01:00',
  '+2026-04-02T12:00:00Z',
])('%s is not a timestamp', (text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});
