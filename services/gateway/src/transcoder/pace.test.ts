import { expect, test } from '@jest/globals';
import { createPace } from './pace.ts';

/** Whether a sender of so many bytes at these seconds was too slow, at each. */
function judge(chunks: readonly (readonly [second: number, bytes: number])[]): boolean[] {
  const isTooSlow = createPace(0, 10_000);
  return chunks.map(([second, bytes]) => isTooSlow(bytes, second * 1000));
}

test.each([
  [
    'one that is quick',
    [
      [1, 1 << 20],
      [2, 1 << 20],
    ],
    [false, false],
  ],
  [
    'one that begins late',
    [
      [9, 1],
      [9.9, 1],
    ],
    [false, false],
  ],
  [
    'one that drips',
    [
      [3, 1],
      [6, 1],
      [9, 1],
      [12, 1],
    ],
    [false, false, false, true],
  ],
  [
    'one that is just quick enough',
    [
      [10, 160 << 10],
      [20, 160 << 10],
    ],
    [false, false],
  ],
  [
    'one that drips after much',
    [
      [1, 15 << 20],
      [11, 1],
      [21, 1],
    ],
    [false, false, true],
  ],
] as const)('%s is judged by each window', (_, chunks, expected) => {
  expect(judge(chunks)).toEqual(expected);
});
