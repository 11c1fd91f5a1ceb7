import { expect, test } from '@jest/globals';
import { chunksOf } from './chunks.ts';

for (const { sizes, chunks } of [
  { sizes: [], chunks: [] },
  {
    sizes: [1, 1, 1, 1, 1],
    chunks: [
      [1, 1, 1],
      [1, 1],
    ],
  },
  { sizes: [6, 4, 1, 9, 2], chunks: [[6, 4], [1, 9], [2]] },
  { sizes: [50, 1, 50], chunks: [[50], [1], [50]] },
]) {
  test(`sizes ${JSON.stringify(sizes)} are cut at three items or ten bytes`, () => {
    expect([...chunksOf(sizes, { count: 3, bytes: 10 }, (size) => size)]).toEqual(chunks);
  });
}
