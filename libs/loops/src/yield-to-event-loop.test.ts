import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { yieldToEventLoop } from './yield-to-event-loop.ts';

test('of several long tasks one continues in each round of the event loop', async () => {
  const turns: string[] = [];
  let round = 0;
  let isOver = false;
  const work = async (name: string) => {
    for (let turn = 0; turn < 3; turn += 1) {
      await yieldToEventLoop();
      turns.push(`${name}${round}`);
    }
  };
  const counting = (async () => {
    for (; !isOver; round += 1) await nextRound();
  })();
  await Promise.all([work('a'), work('b')]);
  isOver = true;
  await counting;
  expect(turns.map((turn) => turn[0])).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  expect(new Set(turns.map((turn) => turn.slice(1))).size).toBe(6);
});
