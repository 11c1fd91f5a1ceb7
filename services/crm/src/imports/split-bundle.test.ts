import { fromConnectError } from '@drippulse/rpc';
import { expect, test } from '@jest/globals';
import { type BundleRow, splitBundle } from './split-bundle.ts';

async function rowsOf(bytes: Uint8Array, size: number): Promise<string[]> {
  async function* chunks() {
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  }
  const rows: BundleRow[] = [];
  for await (const row of splitBundle(chunks())) rows.push(row);
  return rows.map(({ collection, row, text }) => `${collection} ${row} ${text}`);
}

const bundle = `
{ "version": 1, "note": "a, b: [c] \\" {", "empty": [],
  "settings": { "leads": [1, 2], "deep": [[{}]] },
  "accounts": [ {"name": "Ä, [b] {\\"c\\"}", "tags": [1, [2]], "o": {"p": "]"}} , {"name":"x"}],
  "leads":[{"a":1},7 , "text"] }
`;

test.each([1, 2, 3, 7, 10_000])('a bundle in pieces of %s bytes gives each element once', async (size) => {
  expect(await rowsOf(new TextEncoder().encode(bundle), size)).toEqual([
    'accounts 0 {"name": "Ä, [b] {\\"c\\"}", "tags": [1, [2]], "o": {"p": "]"}}',
    'accounts 1 {"name":"x"}',
    'leads 0 {"a":1}',
    'leads 1 7',
    'leads 2 "text"',
  ]);
});

test.each(['', '[]', '[{"a":1}]', '{"leads":[{"a":1}', '{"leads":[}', '{"leads":[]}{}', '{"leads":[]} x', 'x', '{"a'])(
  '%s is no bundle',
  async (text) => {
    const refused = await rowsOf(new TextEncoder().encode(text), 3).catch(fromConnectError);
    expect(refused).toMatchObject({ kind: 'malformed', reason: 'malformed_json' });
  },
);

test('bytes that are no UTF-8 are no bundle', async () => {
  const refused = await rowsOf(Uint8Array.of(0x7b, 0xff, 0x7d), 3).catch(fromConnectError);
  expect(refused).toMatchObject({ reason: 'malformed_json' });
});

/** Returns the number of bytes that are read before a bundle is refused. */
async function readUntilRefused(pieces: Iterable<string>): Promise<{ read: number; refused: unknown }> {
  let read = 0;
  async function* chunks() {
    for (const piece of pieces) {
      read += piece.length;
      yield new TextEncoder().encode(piece);
    }
  }
  try {
    for await (const _row of splitBundle(chunks()));
  } catch (error) {
    return { read, refused: fromConnectError(error) };
  }
  return { read, refused: undefined };
}

test.each(['[', '{"a":', '{"a":['])(
  'a row of many %s is refused when it becomes too deep, before more of it is read',
  async (bracket) => {
    const pieces = ['{"leads":[', ...Array(300).fill(bracket.repeat(1_000))];
    const { read, refused } = await readUntilRefused(pieces);
    expect(refused).toMatchObject({ kind: 'malformed', reason: 'too_deep' });
    expect(read).toBeLessThan(10_000);
  },
);

test('a row may be 64 levels deep', async () => {
  const row = '['.repeat(64) + ']'.repeat(64);
  expect(await rowsOf(new TextEncoder().encode(`{"leads":[${row}]}`), 100)).toEqual([`leads 0 ${row}`]);
});
