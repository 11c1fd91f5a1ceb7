import { expect, test } from '@jest/globals';
import { withRests } from './with-rests.ts';

/** The turns of the event loop that others have while steps of so many units are done. */
async function turnsDuring(units: readonly number[]): Promise<number> {
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setTimeout(turn);
  };
  setTimeout(turn);
  const seen: number[] = [];
  const result = await withRests(
    (function* () {
      for (const each of units) {
        seen.push(turns);
        yield each;
      }
      return 'done';
    })(),
  );
  isOver = true;
  expect(result).toBe('done');
  return new Set(seen).size;
}

test('others have their turn after each million units, and none between steps that are little work', async () => {
  expect(await turnsDuring(Array(5).fill(2 ** 20))).toBe(5);
  expect(await turnsDuring(Array(8).fill(2 ** 18))).toBe(2);
  expect(await turnsDuring(Array(100).fill(10))).toBe(1);
});
