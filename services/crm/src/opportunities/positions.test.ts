import { expect, test } from '@jest/globals';
import { mergeOrder, newPositions, type Placed, stageGap } from './positions.ts';

const gap = stageGap;
const column = (...ids: string[]): Placed[] => ids.map((id, index) => ({ id, position: BigInt(index + 1) * gap }));
const by = (rows: readonly Placed[], order: string) =>
  [...order].map((id) => rows.find((row) => row.id === id) ?? { id, position: undefined });

/** Returns the order of rows after the moves. */
function after(rows: readonly Placed[], moves: Map<string, bigint>): string {
  const placed = rows.map((row) => ({ id: row.id, position: moves.get(row.id) ?? row.position ?? 0n }));
  return placed
    .toSorted((a, b) => (a.position < b.position ? -1 : 1))
    .map((row) => row.id)
    .join('');
}

test.each([
  ['abcd', 'bacd', 1],
  ['abcd', 'bcda', 1],
  ['abcd', 'dabc', 1],
  ['abcd', 'abcd', 0],
  ['abcd', 'dcba', 3],
  ['abcd', 'cdab', 2],
])('from %s to %s writes as few rows as possible', (from, to, count) => {
  const rows = column(...from);
  const moves = newPositions(by(rows, to));
  expect(after(rows, moves)).toBe(to);
  expect(moves.size).toBe(count);
});

test('a row from another stage comes between two others, and only it is written', () => {
  const rows = column('a', 'b');
  const moves = newPositions(by(rows, 'axb'));
  expect([...moves]).toEqual([['x', (3n * gap) / 2n]]);
});

test('rows come to stand in an empty stage a gap apart', () => {
  expect([...newPositions(by([], 'xy')).values()]).toEqual([gap, 2n * gap]);
});

test('a gap that is used up, and two rows in one place, number the stage anew', () => {
  const tight = [
    { id: 'a', position: 1n },
    { id: 'b', position: 2n },
    { id: 'c', position: 3n },
  ];
  const moves = newPositions(by(tight, 'acb'));
  expect(after(tight, moves)).toBe('acb');
  const between = newPositions([
    { id: 'a', position: 1n },
    { id: 'x', position: undefined },
    { id: 'b', position: 2n },
  ]);
  expect([...between.values()]).toEqual([gap, 2n * gap, 3n * gap]);
});

test.each([
  ['abcd', 'ba', 'bacd', 'those not named keep their places'],
  ['xayb', 'ba', 'xbya', 'also between those named'],
  ['abx', 'cab', 'cabx', 'one from another stage comes before the next'],
  ['abx', 'acb', 'acbx', 'or behind the one before it'],
  ['ab', 'c', 'abc', 'or at the end'],
  ['', 'ab', 'ab', 'an empty stage is filled'],
])('%s reordered as %s is %s: %s', (current, ordered, expected) => {
  expect(mergeOrder([...current], [...ordered]).join('')).toBe(expected);
});
