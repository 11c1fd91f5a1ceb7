import { expect, test } from '@jest/globals';
import { inTurns } from './in-turns.ts';

test('what fails is told when all that was begun has ended, so that no statement comes behind the rollback', async () => {
  const last = Promise.withResolvers<void>();
  const order: string[] = [];
  const statements = [
    async () => {
      throw new Error('refused');
    },
    () => last.promise.then(() => void order.push('last statement')),
  ];
  const failing = inTurns(statements).catch((error: unknown) => order.push(String(error)));
  // Rounds in which a failure that waits for nothing would have come.
  for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve));
  last.resolve();
  await failing;
  expect(order).toEqual(['last statement', 'Error: refused']);
});
