import { expect, test } from '@jest/globals';
import { createPace } from './pace.ts';

test('after a group nothing starts for the pause', () => {
  let now = 100;
  const pace = createPace(16, 20, () => now);
  const look = () => [pace.room(), pace.waitMs()];
  expect(look()).toEqual([16, 0]);
  pace.started();
  expect(look()).toEqual([0, 20]);
  now = 115;
  expect(look()).toEqual([0, 5]);
  now = 120;
  expect(look()).toEqual([16, 0]);
});
