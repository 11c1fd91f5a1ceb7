import { expect, test } from '@jest/globals';
import { type CsvSlice, readSuppressionsCsv } from './read-csv.ts';

async function read(bytes: Uint8Array): Promise<CsvSlice[]> {
  const slices: CsvSlice[] = [];
  for await (const slice of readSuppressionsCsv(bytes)) slices.push(slice);
  return slices;
}

test('a large file is read in pieces, and the rest of the process runs between them', async () => {
  const count = 20_000;
  const lines = Array.from({ length: count }, (_, index) => `"r\u00f6der${index}@example.org",caf\u00e9`);
  let turns = 0;
  const turn = () => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const slices = await read(Buffer.from(`email,category\n${lines.join('\n')}\n`));
  clearImmediate(next);
  const rows = slices.flatMap((slice) => slice.rows);
  expect(slices.flatMap(({ problems }) => problems)).toEqual([]);
  expect(rows).toHaveLength(count);
  // A letter that takes two bytes may be split between two pieces.
  expect(rows.map(({ email }) => email)).toEqual(lines.map((_, index) => `r\u00f6der${index}@example.org`));
  expect(new Set(rows.map(({ category }) => category))).toEqual(new Set(['caf\u00e9']));
  expect(slices.length).toBeGreaterThan(8);
  expect(Math.max(...slices.map((slice) => slice.rows.length))).toBeLessThan(5_000);
  expect(turns).toBeGreaterThanOrEqual(slices.length - 2);
});

test('problems name the rows of a spreadsheet, whichever piece they are in', async () => {
  const bad = 8_000;
  const lines = Array.from({ length: 10_000 }, (_, index) => (index === bad ? 'nobody' : `a${index}@example.org`));
  const slices = await read(Buffer.from(`email\r\n${lines.join('\r\n')}`));
  expect(slices.flatMap(({ problems }) => problems)).toEqual([
    { row: bad + 2, field: 'email', message: 'must be an email address' },
  ]);
});

test('a file that breaks at its end is refused', async () => {
  const text = `email\n${'a@example.org\n'.repeat(20_000)}"never closed`;
  await expect(read(Buffer.from(text))).rejects.toMatchObject({ reason: 'suppressions_file_unreadable' });
});
