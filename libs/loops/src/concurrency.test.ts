import { expect, test } from '@jest/globals';
import { limitConcurrency } from './concurrency.ts';

test('no more than the limit run at once, some wait, and the rest are refused', async () => {
  const limited = limitConcurrency({ max: 2, maxWaiting: 1 });
  const gate = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const task = async () => {
    running += 1;
    most = Math.max(most, running);
    await gate.promise;
    running -= 1;
    return 'done';
  };
  const admitted = [limited(task), limited(task), limited(task)];
  await new Promise((resolve) => setImmediate(resolve));
  await expect(limited(task)).rejects.toMatchObject({ kind: 'unavailable', reason: 'busy', retryAfterSeconds: 1 });
  gate.resolve();
  expect(await Promise.all(admitted)).toEqual(['done', 'done', 'done']);
  expect(most).toBe(2);
});
