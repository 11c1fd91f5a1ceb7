import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createPace } from './pace.ts';

test('after each piece of work it rests nine times as long', async () => {
  const pace = createPace(new AbortController().signal);
  const startedAt = performance.now();
  expect(await pace(() => sleep(20, 'done'))).toBe('done');
  expect(performance.now() - startedAt).toBeGreaterThan(20 * 9);
});

test('it begins nothing once it is ended, and a rest ends with it', async () => {
  const ended = new AbortController();
  const pace = createPace(ended.signal);
  let done = 0;
  const work = async () => {
    done += 1;
    await sleep(500);
  };
  const resting = pace(work);
  setTimeout(() => ended.abort(), 600);
  await expect(resting).rejects.toThrow();
  await expect(pace(work)).rejects.toThrow();
  expect(done).toBe(1);
});
