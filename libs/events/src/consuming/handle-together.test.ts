import { expect, test } from '@jest/globals';
import { handleTogether } from './handle-together.ts';

/** Makes a handler that records each call's items, fails on negative items, and awaits `go` in its first call. */
function watched(go: Promise<void> = Promise.resolve(), fault: Error = new Error('bad item')) {
  const calls: number[][] = [];
  let running = 0;
  const handle = handleTogether<number>(async (items) => {
    running += 1;
    calls.push([...items]);
    expect(running).toBe(1);
    if (calls.length === 1) await go;
    running -= 1;
    if (items.some((item) => item < 0)) throw fault;
  });
  return { calls, handle };
}

test('what is asked for in the same turn is one call, in the order of asking', async () => {
  const { calls, handle } = watched();
  await Promise.all([handle([1, 2]), handle([3]), handle([4, 5])]);
  expect(calls).toEqual([[1, 2, 3, 4, 5]]);
  await handle([6]);
  expect(calls).toEqual([[1, 2, 3, 4, 5], [6]]);
});

test('what is asked for during a call is the next one', async () => {
  const { promise: go, resolve } = Promise.withResolvers<void>();
  const { calls, handle } = watched(go);
  const first = handle([1]);
  await Promise.resolve();
  await Promise.resolve();
  const others = [handle([2]), handle([3])];
  resolve();
  await Promise.all([first, ...others]);
  expect(calls).toEqual([[1], [2, 3]]);
});

test('a call that fails gets its error, and the others are handled', async () => {
  const { calls, handle } = watched();
  const outcomes = await Promise.allSettled([handle([1]), handle([-1]), handle([2])]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(calls).toEqual([[1, -1, 2], [1], [-1], [2]]);
});

test('all calls get an infrastructure error, and nothing is handled twice', async () => {
  const lost = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  const { calls, handle } = watched(undefined, lost);
  const outcomes = await Promise.allSettled([handle([1]), handle([-1])]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(calls).toEqual([[1, -1]]);
});

test('a call takes 500 items, and a larger batch goes alone', async () => {
  const { calls, handle } = watched();
  const batch = (count: number) => Array.from({ length: count }, (_, index) => index);
  await Promise.all([handle(batch(300)), handle(batch(200)), handle(batch(1)), handle(batch(800))]);
  expect(calls.map(({ length }) => length)).toEqual([500, 1, 800]);
});
