import { expect, test } from '@jest/globals';
import { createStartLimiter } from './start-limiter.ts';

test('after a group nothing starts for the pause', () => {
  let now = 100;
  const limiter = createStartLimiter(16, 20, () => now);
  const look = () => [limiter.room(), limiter.waitMs()];
  expect(look()).toEqual([16, 0]);
  limiter.started();
  expect(look()).toEqual([0, 20]);
  now = 115;
  expect(look()).toEqual([0, 5]);
  now = 120;
  expect(look()).toEqual([16, 0]);
});
