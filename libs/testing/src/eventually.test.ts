import { expect, test } from '@jest/globals';
import { eventually } from './eventually.ts';

test('a check is repeated while it throws or returns false, and its result is returned', async () => {
  let tries = 0;
  const value = await eventually(() => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return tries === 2 ? false : tries;
  });
  expect(value).toBe(3);
});

test('after the timeout the error of the last try is thrown', async () => {
  await expect(eventually(() => Promise.reject(new Error('never')), { timeoutMs: 20 })).rejects.toThrow('never');
  await expect(eventually(() => false, { timeoutMs: 20 })).rejects.toThrow('not so within 20 ms');
});
