import { expect, test } from '@jest/globals';
import { medianInterval } from './median-interval.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

// The ranks of the sign test's tables, two-sided, 95 %.
test.each([
  { count: 6, median: 3.5, low: 1, high: 6 },
  { count: 7, median: 4, low: 1, high: 7 },
  { count: 8, median: 4.5, low: 1, high: 8 },
  { count: 9, median: 5, low: 2, high: 8 },
  { count: 12, median: 6.5, low: 3, high: 10 },
  { count: 20, median: 10.5, low: 6, high: 15 },
  { count: 51, median: 26, low: 19, high: 33 },
])('of $count values the median is enclosed by those of ranks $low and $high', ({ count, ...wanted }) => {
  expect(medianInterval(upTo(count))).toEqual(wanted);
  expect(medianInterval(upTo(count).reverse())).toEqual(wanted);
});

test('one value far away widens the interval of seven and moves that of nine little', () => {
  expect(medianInterval([1, 1, 1, 1, 1, 1, 9])).toEqual({ median: 1, low: 1, high: 9 });
  expect(medianInterval([1, 1, 1, 1, 1, 1, 1, 1, 9])).toEqual({ median: 1, low: 1, high: 1 });
});

test('fewer than six values bound nothing', () => {
  expect(() => medianInterval(upTo(5))).toThrow('needs 6 values');
});
