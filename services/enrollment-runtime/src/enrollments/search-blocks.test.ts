import { expect, test } from '@jest/globals';
import { startSearchBlocks } from './search-blocks.ts';

function columnsOf(members: readonly [id: bigint, text: string | null][]) {
  const inBlock = startSearchBlocks();
  return members.map(([id, text], index) => {
    const { search, own_search } = inBlock(text, id, members[index + 1]?.[0]);
    return [search, own_search];
  });
}

test('the last of eight ids has the texts of all, each has its own', () => {
  expect(
    columnsOf([
      [30n, 'a'],
      [31n, 'b'],
      [32n, 'c'],
      [36n, 'd'],
      [39n, 'e'],
      [40n, 'f'],
    ]),
  ).toEqual([
    [null, 'a'],
    ['ab', 'b'],
    [null, 'c'],
    [null, 'd'],
    ['cde', 'e'],
    ['f', null],
  ]);
});

test('who has no text is not found by that of others', () => {
  expect(
    columnsOf([
      [16n, 'a'],
      [17n, null],
      [32n, null],
      [33n, 'b'],
      [48n, null],
      [49n, null],
      [64n, null],
    ]),
  ).toEqual([
    [null, 'a'],
    ['a', ''],
    [null, null],
    ['b', null],
    [null, null],
    [null, null],
    [null, null],
  ]);
});
