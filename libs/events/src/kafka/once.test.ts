import { expect, test } from '@jest/globals';
import { once } from './once.ts';

test('a value is made once for all who ask, and one that could not be made is made again', async () => {
  let calls = 0;
  const ask = once(async () => {
    calls += 1;
    if (calls === 1) throw new Error('the file is not there yet');
    return calls;
  });
  const answers = await Promise.allSettled([ask(), ask()]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await Promise.all([ask(), ask()])).toEqual([2, 2]);
  expect(await ask()).toBe(2);
});
