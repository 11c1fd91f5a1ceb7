import { testSeed } from './test-seed.ts';

/** Whether a run uses whole grids and full sizes, which takes hours: `TEST_GRIDS=whole`. */
export const takesAll = process.env['TEST_GRIDS'] === 'whole';

let seed: number | undefined;

/**
 * Returns one share of a grid that takes too long for every run. Each item is in exactly one share. A random seed
 * decides which share an item is in. It is printed, and `TEST_SEED` repeats it. With `TEST_GRIDS=whole`, every share
 * has all items.
 */
export function shareOf<Item>(items: readonly Item[], share: number, shares: number): Item[] {
  if (takesAll) return [...items];
  seed ??= testSeed('shares of the grid');
  const first = seed;
  return items.filter((_, index) => (index + first) % shares === share);
}
