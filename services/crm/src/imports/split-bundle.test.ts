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
