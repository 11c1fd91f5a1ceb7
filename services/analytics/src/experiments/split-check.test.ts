import { expect, test } from '@jest/globals';
import { chanceOfSplit, isSplitBroken } from './split-check.ts';

// The expected probabilities were computed by a different method, the series of the lower incomplete gamma function.
test.each([
  [[500, 500], [1, 1], 1],
  [[520, 480], [1, 1], 0.20590321],
  [[560, 440], [1, 1], 0.0001478],
  [[300, 340, 360], [1, 1, 1], 0.06081006],
  [[700, 200, 100], [7, 2, 1], 1],
  [[690, 190, 120], [7, 2, 1], 0.09813329],
  [[240, 250, 260, 250], [1, 1, 1, 1], 0.84946703],
  [[200, 250, 300, 250], [1, 1, 1, 1], 0.00016974],
])('people %j of weights %j come by a sound split with a chance of %d', (people, weights, chance) => {
  expect(chanceOfSplit(people, weights)).toBeCloseTo(chance, 6);
  expect(isSplitBroken(people, weights)).toBe(chance < 0.001);
});

test('a variant of no weight with people is a broken split, and nobody is a sound one', () => {
  expect(isSplitBroken([1_000, 1], [1, 0])).toBe(true);
  expect(isSplitBroken([0, 0], [1, 1])).toBe(false);
});
