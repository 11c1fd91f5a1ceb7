import { expect, test } from '@jest/globals';
import { joinInTurns } from './join-in-turns.ts';

test('all bytes are there in order, and others have their turn between megabytes', async () => {
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const parts = Array.from({ length: 40 }, (_, index) => new Uint8Array(100_000).fill(index));
  const joined = await joinInTurns(parts);
  isOver = true;
  expect(joined.equals(Buffer.concat(parts))).toBe(true);
  expect(turns).toBeGreaterThanOrEqual(3);
  expect(await joinInTurns([])).toEqual(Buffer.of());
});
