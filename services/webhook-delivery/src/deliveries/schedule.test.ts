import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backpressureMs, maxTries, retryDelayMs } from './schedule.ts';

const now = new Date('2026-11-25T12:00:00.000Z');
const plain = { statusCode: 500, retryAfter: undefined };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

test.each([
  [1, 5_000],
  [2, 5 * minuteMs],
  [3, 30 * minuteMs],
  [4, 2 * hourMs],
  [5, 5 * hourMs],
  [6, 10 * hourMs],
  [7, 14 * hourMs],
  [8, 20 * hourMs],
  [9, 24 * hourMs],
])('after failed try %i the next one is due %i ms later, give or take a fifth', (tries, gapMs) => {
  expect(retryDelayMs({ ...plain, tries }, now, 0)).toBe(gapMs * 0.8);
  expect(retryDelayMs({ ...plain, tries }, now, 0.5)).toBe(gapMs);
  expect(retryDelayMs({ ...plain, tries }, now, 1)).toBe(gapMs * 1.2);
});

test('the tenth failed try is the last', () => {
  expect(maxTries).toBe(10);
  expect(retryDelayMs({ ...plain, tries: 10 }, now, 0.5)).toBeUndefined();
  expect(retryDelayMs({ tries: 10, statusCode: 429, retryAfter: '5' }, now, 0.5)).toBeUndefined();
});

test.each([
  ['seconds', '120', 120_000],
  ['seconds below the schedule', '1', 5_000],
  ['zero', '0', 5_000],
  ['spaces around', '  120 ', 120_000],
  ['a day', '86400', 24 * hourMs],
  ['more than a day', '86401', 24 * hourMs],
  ['ten years', '315360000', 24 * hourMs],
  ['more than a number holds', '9'.repeat(400), 24 * hourMs],
  ['a date', 'Wed, 25 Nov 2026 12:10:00 GMT', 10 * minuteMs],
  ['a date of RFC 850', 'Wednesday, 25-Nov-26 12:10:00 GMT', 10 * minuteMs],
  ['a date of asctime', 'Wed Nov 25 12:10:00 2026', 10 * minuteMs],
  ['a date in the past', 'Wed, 25 Nov 2020 12:10:00 GMT', 5_000],
  ['a date in ten years', 'Mon, 25 Nov 2036 12:10:00 GMT', 24 * hourMs],
  ['a day that does not exist', 'Wed, 99 Nov 2026 12:10:00 GMT', 5_000],
  ['a negative number', '-5', 5_000],
  ['a fraction', '1.5e9', 5_000],
  ['words', 'soon', 5_000],
  ['a number and words', '2 years', 5_000],
  ['nothing', '', 5_000],
  ['two headers', '120, 240', 5_000],
])('Retry-After with %s (%s) waits %i ms', (_what, retryAfter, expectedMs) => {
  expect(retryDelayMs({ tries: 1, statusCode: 503, retryAfter }, now, 0.5)).toBe(expectedMs);
});

test('429 waits a minute at least, and longer when asked to', () => {
  expect(retryDelayMs({ tries: 1, statusCode: 429, retryAfter: undefined }, now, 0)).toBe(60_000);
  expect(retryDelayMs({ tries: 1, statusCode: 429, retryAfter: '10' }, now, 0)).toBe(60_000);
  expect(retryDelayMs({ tries: 1, statusCode: 429, retryAfter: '90' }, now, 0)).toBe(90_000);
  expect(backpressureMs({ tries: 1, statusCode: 429, retryAfter: '90' }, now)).toBe(90_000);
  expect(backpressureMs({ tries: 1, statusCode: 503, retryAfter: '90' }, now)).toBe(0);
});

test('whatever an endpoint sends, the wait is between four seconds and 28.8 hours', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
      fc.oneof(fc.string(), fc.nat().map(String)),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tries, statusCode, retryAfter, random) => {
        const delay = retryDelayMs({ tries, statusCode, retryAfter }, now, random) ?? 0;
        expect(delay).toBeGreaterThanOrEqual(4_000);
        expect(delay).toBeLessThanOrEqual(28.8 * hourMs);
      },
    ),
  );
});
