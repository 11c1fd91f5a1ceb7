import { expect, test } from '@jest/globals';
import { pipeline } from './pipeline.ts';

test('a failure is reported after all started statements have ended, so that none follows the rollback', async () => {
  const last = Promise.withResolvers<void>();
  const order: string[] = [];
  const statements = [
    async () => {
      throw new Error('refused');
    },
    () => last.promise.then(() => void order.push('last statement')),
  ];
  const failing = pipeline(statements).catch((error: unknown) => order.push(String(error)));
  // Enough rounds for the failure to arrive if the pipeline did not wait for the last statement.
  for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve));
  last.resolve();
  await failing;
  expect(order).toEqual(['last statement', 'Error: refused']);
});
