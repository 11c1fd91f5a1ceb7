import { expect, test } from '@jest/globals';
import { type BlockTexts, startSearchTexts } from './search-texts.ts';

function rowsOf(members: readonly [id: bigint, text: string | null][]): BlockTexts[] {
  const rows: BlockTexts[] = [];
  const texts = startSearchTexts((row) => rows.push(row));
  for (const [id, text] of members) texts.add(id, text);
  texts.end();
  return rows.map(({ block, text }) => ({ block, text: text.replaceAll('\x1e', '|') }));
}

test('a row has the texts of eight ids, each at its place', () => {
  expect(
    rowsOf([
      [30n, 'a'],
      [31n, 'b'],
      [32n, 'c'],
      [36n, 'd'],
      [39n, 'e'],
      [40n, 'f'],
    ]),
  ).toEqual([
    { block: 3n, text: '||||||a|b' },
    { block: 4n, text: 'c||||d|||e' },
    { block: 5n, text: 'f' },
  ]);
});

test('an enrollment without a text has nothing at its place, and a block without texts has no row', () => {
  expect(
    rowsOf([
      [16n, 'a'],
      [17n, null],
      [18n, 'b'],
      [24n, null],
      [33n, 'c'],
      [48n, null],
    ]),
  ).toEqual([
    { block: 2n, text: 'a||b' },
    { block: 4n, text: '|c' },
  ]);
});
