import { expect, test } from '@jest/globals';
import { contentOf, giveBack, messageOf, startChunk } from './chunks.ts';

test('a chunk that was given back is used again, from its start', () => {
  const used = startChunk(0);
  used.length += used.bytes.write('rows', used.length);
  expect(Buffer.from(messageOf(used)).toString()).toBe('d\0\0\0\brows');
  giveBack([used]);
  const next = startChunk(100);
  expect(next.bytes).toBe(used.bytes);
  expect(contentOf(next)).toHaveLength(0);
  expect(startChunk(100).bytes).not.toBe(used.bytes);
});

test('a chunk is as large as it must be, and a large one is not kept', () => {
  const large = startChunk(1_000_000);
  expect(large.bytes.byteLength - large.length).toBe(1_000_000);
  giveBack([large]);
  expect(startChunk(1_000_000).bytes).not.toBe(large.bytes);
});
