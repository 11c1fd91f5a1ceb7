import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createYielder } from './yielder.ts';

test('others have a turn after each so much work, and not before', async () => {
  const yieldAfter = createYielder(10);
  const turns = [4, 5, 1, 30, 9].map((work) => yieldAfter(work));
  expect(turns.map((turn) => turn !== undefined)).toEqual([false, false, true, true, false]);
  let rounds = 0;
  void nextRound().then(() => {
    rounds += 1;
  });
  await turns[2];
  expect(rounds).toBe(1);
});
