import { expect, test } from '@jest/globals';
import { shareOf } from './grid.ts';

test('the shares of a grid have each item once, and differ in size by at most one', () => {
  const items = Array.from({ length: 14 }, (_, index) => index);
  const shares = [0, 1, 2, 3].map((share) => shareOf(items, share, 4));
  expect(shares.flat().sort((a, b) => a - b)).toEqual(items);
  expect(shares.map((share) => share.length).sort()).toEqual([3, 3, 4, 4]);
});
