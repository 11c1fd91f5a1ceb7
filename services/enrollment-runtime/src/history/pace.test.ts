import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createPace, restMs } from './pace.ts';

test('after each piece of work it rests nine times as long, five seconds at most', async () => {
  expect([0, 20, 500, 600, 60_000].map(restMs)).toEqual([0, 180, 4500, 5000, 5000]);
  expect(await createPace(new AbortController().signal)(async () => 'done')).toBe('done');
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
