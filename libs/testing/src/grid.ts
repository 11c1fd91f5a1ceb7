import { randomInt } from 'node:crypto';

/** Whether a run takes whole grids and sizes, which take hours: `TEST_GRIDS=whole`. */
export const takesAll = process.env['TEST_GRIDS'] === 'whole';

const given = process.env['TEST_SEED'];
const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
let isSaid = false;

/**
 * One of several shares of a grid that takes too long for every run. Each item is in exactly one share. A random seed, which is
 * printed, says in which; `TEST_SEED` repeats it. With `TEST_GRIDS=whole`, every share has all items.
 */
export function shareOf<Item>(items: readonly Item[], share: number, shares: number): Item[] {
  if (takesAll) return [...items];
  if (!isSaid) console.log(`shares of the grid from TEST_SEED=${seed}`);
  isSaid = true;
  return items.filter((_, index) => (index + seed) % shares === share);
}
