import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createDutyCycle, restMs } from './duty-cycle.ts';

test('after each piece of work it rests nine times as long, five seconds at most', async () => {
  expect([0, 20, 500, 600, 60_000].map(restMs)).toEqual([0, 180, 4500, 5000, 5000]);
  expect(await createDutyCycle(new AbortController().signal)(async () => 'done')).toBe('done');
});

test('it begins nothing once it is ended, and a rest ends with it', async () => {
  const ended = new AbortController();
  const rested = createDutyCycle(ended.signal);
  const worked = Promise.withResolvers<void>();
  let done = 0;
  // Work that takes long enough for a rest of nearly two seconds.
  const work = async () => {
    done += 1;
    for (const until = performance.now() + 200; performance.now() < until; );
    worked.resolve();
  };
  const resting = rested(work);
  await worked.promise;
  await nextTurn();
  ended.abort();
  await expect(resting).rejects.toThrow();
  await expect(rested(work)).rejects.toThrow();
  expect(done).toBe(1);
});
