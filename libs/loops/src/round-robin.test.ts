import { expect, test } from '@jest/globals';
import { roundRobin } from './round-robin.ts';

test('the first of each group come before the second of any, each in the order in which they came', () => {
  const items = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'];
  expect(roundRobin(items, ([group]) => group)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  expect(roundRobin([], () => 'a')).toEqual([]);
});
