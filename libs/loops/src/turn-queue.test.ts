import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTurnQueue, type QueueTurn, queueTurns } from './turn-queue.ts';

const turns: QueueTurn[] = [];
const note = (turn: unknown) => void turns.push(turn as QueueTurn);
beforeEach(() => queueTurns.subscribe(note));
afterEach(() => {
  queueTurns.unsubscribe(note);
  turns.length = 0;
});

function* parts<T>(units: readonly number[], result: T): Generator<number, T> {
  for (const one of units) yield one;
  return result;
}

const organizations = () => turns.map(({ organization }) => organization).join('');

test('organizations have a turn each, however much one of them has to do', async () => {
  const { run } = createTurnQueue({ name: 'q', turnUnits: 10, rests: false });
  const many = Array.from({ length: 5 }, () => run('a', parts([10, 10], 'A')));
  const others = [run('b', parts([10, 10, 10], 'B')), run('c', parts([10], 'C'))];
  expect(await Promise.all([...many, ...others])).toEqual([...Array(5).fill('A'), 'B', 'C']);
  expect(organizations().slice(0, 9)).toBe('abcabcaba');
});

test('the event loop turns between two turns, each of which has the units of one and no more than one part beyond', async () => {
  const { run } = createTurnQueue({ name: 'q', turnUnits: 10, rests: false });
  let round = 0;
  const rounds: number[] = [];
  function* noted(): Generator<number, void> {
    for (const units of [4, 4, 50, 3, 3]) {
      rounds.push(round);
      yield units;
    }
  }
  let isOver = false;
  const counting = (async () => {
    for (; !isOver; round += 1) await nextRound();
  })();
  await Promise.all([run('a', noted()), run('b', noted())]);
  isOver = true;
  await counting;
  expect(turns.map(({ units }) => units)).toEqual([58, 58, 6, 6]);
  expect(new Set(rounds).size).toBe(4);
});

test('work that throws, or whose caller has left, ends and delays nobody', async () => {
  const { run } = createTurnQueue({ name: 'q', turnUnits: 1, rests: true });
  const left = new AbortController();
  const work = [
    run('a', parts([1, 1, 1], 'A'), left.signal),
    run(
      'b',
      (function* () {
        yield 1;
        throw new Error('broken');
      })(),
    ),
    run('c', parts([1, 1], 'C')),
  ];
  left.abort(new Error('left'));
  const results = await Promise.allSettled(work);
  expect(results.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
    'Error: left',
    'Error: broken',
    'C',
  ]);
  expect(await run('d', parts([], 'D'))).toBe('D');
});
