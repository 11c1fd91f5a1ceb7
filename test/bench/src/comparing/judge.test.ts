import { expect, test } from '@jest/globals';
import type { Judged } from '../judged.ts';
import { judge, type Pair } from './judge.ts';

const cpu = new Map<string, Judged>([['cpu', { better: 'lower' }]]);
const speed = new Map<string, Judged>([['speed', { better: 'higher' }]]);

/** Makes seven pairs of a base of 100 with these changes. */
function pairsOf(figure: string, changes: number[]): Pair[] {
  return changes.map((value) => ({ base: { [figure]: 100 }, change: { [figure]: value } }));
}

test.each([
  { why: 'every pair is more than 5 % worse', changes: [106, 107, 108, 109, 110, 111, 112], isWorse: true },
  { why: 'one pair is not', changes: [105, 107, 108, 109, 110, 111, 112], isWorse: false },
  {
    why: 'the median is 9 % worse, and the pairs are far apart',
    changes: [80, 90, 95, 109, 130, 150, 200],
    isWorse: false,
  },
  { why: 'every pair is better', changes: [90, 91, 92, 93, 94, 95, 96], isWorse: false },
])('a lower figure is judged: $why', ({ changes, isWorse }) => {
  expect(judge(pairsOf('cpu', changes), cpu)).toMatchObject([{ figure: 'cpu', isWorse }]);
});

test.each([
  { why: 'every pair is more than 5 % worse', changes: [94, 93, 92, 91, 90, 89, 88], isWorse: true },
  { why: 'one pair is not', changes: [95, 93, 92, 91, 90, 89, 88], isWorse: false },
  { why: 'every pair is better', changes: [106, 107, 108, 109, 110, 111, 112], isWorse: false },
])('a higher figure is judged: $why', ({ changes, isWorse }) => {
  expect(judge(pairsOf('speed', changes), speed)).toMatchObject([{ figure: 'speed', isWorse }]);
});

test('pairs are compared within themselves: a slow hour in both changes nothing', () => {
  const pairs = [1, 1, 2, 3, 1, 4, 1].map((slow) => ({ base: { cpu: 50 * slow }, change: { cpu: 51 * slow } }));
  expect(judge(pairs, cpu)).toMatchObject([{ ratio: { median: 1.02, low: 1.02, high: 1.02 }, isWorse: false }]);
});

test('zero is no worse than zero', () => {
  const zeros = Array.from({ length: 7 }, () => ({ base: { cpu: 0 }, change: { cpu: 0 } }));
  expect(judge(zeros, cpu)).toMatchObject([{ ratio: { median: 1 }, isWorse: false }]);
});

test('a figure that the base lacks is left out, one that the change lacks is an error', () => {
  const [, ...others] = pairsOf('cpu', [1, 2, 3, 4, 5, 6, 7]);
  expect(judge([{ base: {}, change: { cpu: 1 } }], cpu)).toEqual([]);
  expect(() => judge([{ base: { cpu: 1 }, change: {} }, ...others], cpu)).toThrow('no figure cpu');
});
