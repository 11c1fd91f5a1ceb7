import { expect, test } from '@jest/globals';
import { createPace } from './pace.ts';

test('so many start in a period, which begins with the first of them', () => {
  let now = 100;
  const pace = createPace(2, 20, () => now);
  const start = () => {
    pace.started();
    return [pace.room(), pace.waitMs()];
  };
  expect([pace.room(), pace.waitMs()]).toEqual([2, 0]);
  expect(start()).toEqual([1, 0]);
  now = 115;
  expect(start()).toEqual([0, 5]);
  now = 120;
  expect([pace.room(), pace.waitMs()]).toEqual([2, 0]);
  expect(start()).toEqual([1, 0]);
});
