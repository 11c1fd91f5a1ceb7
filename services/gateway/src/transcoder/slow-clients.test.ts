import { expect, test } from '@jest/globals';
import { bytesBehind, createSenderWatch } from './slow-clients.ts';

/** Returns, for each chunk, whether the sender was too slow after it. */
function judge(chunks: readonly (readonly [second: number, bytes: number])[]): boolean[] {
  const isTooSlow = createSenderWatch(0, 10_000);
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

const mebibyte = 1 << 20;

test.each([
  ['nothing in its first seconds', 9, 32 * mebibyte, 0, false],
  ['nothing after them', 10, 32 * mebibyte, 0, true],
  ['64 KiB a second of much', 10, 32 * mebibyte, 640 << 10, true],
  ['64 KiB a second of little', 10, 2 * mebibyte, 11 * (64 << 10), false],
  ['just enough', 10, 30 * mebibyte, 10 * mebibyte, false],
  ['a byte less', 10, 30 * mebibyte, 10 * mebibyte - 1, true],
  ['almost all of it at once, and then nothing', 29, 30 * mebibyte, 29 * mebibyte, false],
  ['almost all of it, for too long', 30, 30 * mebibyte, 29 * mebibyte, true],
])('a reader that takes %s is judged by the whole of its time', (_, seconds, bytes, taken, isSlow) => {
  expect(bytesBehind({ bytes, taken, seconds }) > 0).toBe(isSlow);
});
