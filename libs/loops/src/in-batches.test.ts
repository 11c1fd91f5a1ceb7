import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import { inBatches } from './in-batches.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('items that come while a batch runs make the next one, in order and within the limit', async () => {
  const batches: number[][] = [];
  const gate = Promise.withResolvers<void>();
  const double = inBatches<number, number>(
    async (items) => {
      batches.push([...items]);
      await gate.promise;
      return items.map((item) => item * 2);
    },
    { most: 3, hasDoneNothing: () => false },
  );
  const first = [double(1), double(2)];
  while (batches.length === 0) await turn();
  const later = [3, 4, 5, 6].map(double);
  gate.resolve();
  expect(await Promise.all([...first, ...later])).toEqual([2, 4, 6, 8, 10, 12]);
  expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
  expect(await double(7)).toBe(14);
});

test('no lane waits for another, and no batch has items of two', async () => {
  const gate = Promise.withResolvers<void>();
  const batches: string[][] = [];
  const run = inBatches<string, string>(
    async (items) => {
      batches.push([...items]);
      if (items.includes('slow 1')) await gate.promise;
      return items;
    },
    { most: 10, laneOf: (item) => item.split(' ')[0], hasDoneNothing: () => false },
  );
  const slow = run('slow 1');
  expect(await Promise.all([run('fast 1'), run('fast 2')])).toEqual(['fast 1', 'fast 2']);
  gate.resolve();
  expect(await slow).toBe('slow 1');
  expect(batches).toEqual([['slow 1'], ['fast 1', 'fast 2']]);
});

test('an item that cannot be done fails alone, and a batch that may have done something is not repeated', async () => {
  const failing = (hasDoneNothing: boolean) => {
    const tries: number[][] = [];
    const run = inBatches<number, number>(
      async (items) => {
        tries.push([...items]);
        if (items.includes(2)) throw new Error('two');
        return items;
      },
      { most: 10, hasDoneNothing: () => hasDoneNothing },
    );
    return { tries, ended: Promise.allSettled([1, 2, 3].map(run)) };
  };
  const alone = failing(true);
  expect((await alone.ended).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(alone.tries).toEqual([[1, 2, 3], [1], [2], [3]]);
  const together = failing(false);
  expect((await together.ended).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(together.tries).toEqual([[1, 2, 3]]);
});

test('a batch that answers too few items fails, and leaves nobody without an answer', async () => {
  const run = inBatches<number, number>(async () => [1], {
    ...{ most: 10, hasDoneNothing: () => false },
  });
  const ended = await Promise.allSettled([run(1), run(2)]);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a lone item is run in the context of its call, and a batch of several in that of none', async () => {
  const caller = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const gate = Promise.withResolvers<void>();
  // Created within a call, like a batch function that is created only when it is first used.
  const run = caller.run('maker', () =>
    inBatches<string, string>(
      async (items) => {
        seen.push(caller.getStore());
        await gate.promise;
        if (items.includes('bad') && items.length > 1) throw new Error('together');
        return items;
      },
      { most: 2, hasDoneNothing: () => true },
    ),
  );
  const call = (name: string) => caller.run(name, () => run(name));
  const first = call('a');
  while (seen.length === 0) await turn();
  const later = ['b', 'c', 'd', 'bad', 'e'].map(call);
  gate.resolve();
  await Promise.all([first, ...later]);
  expect(seen).toEqual(['a', undefined, undefined, 'd', 'bad', 'e']);
});
