import { expect, test } from '@jest/globals';
import { eventually } from './eventually.ts';

test('it repeats while the check throws or answers false, and gives what it answers then', async () => {
  let tries = 0;
  const value = await eventually(() => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return tries === 2 ? false : tries;
  });
  expect(value).toBe(3);
});

test('in the end it throws what the last try threw', async () => {
  await expect(eventually(() => Promise.reject(new Error('never')), { timeoutMs: 20 })).rejects.toThrow('never');
  await expect(eventually(() => false, { timeoutMs: 20 })).rejects.toThrow('not so within 20 ms');
});
