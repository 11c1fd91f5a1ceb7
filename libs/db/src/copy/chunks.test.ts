import { expect, test } from '@jest/globals';
import { contentOf, giveBack, messageOf, startChunk } from './chunks.ts';

test('a chunk is a message with its kind and its length before the rows', () => {
  const chunk = startChunk(0);
  chunk.length += chunk.bytes.write('rows', chunk.length);
  expect(Buffer.from(messageOf(chunk)).toString()).toBe('d\0\0\0\brows');
  expect(Buffer.from(contentOf(chunk)).toString()).toBe('rows');
});

test('a chunk has room for one field that is larger than chunks are', () => {
  const chunk = startChunk(1024 * 1024);
  expect(chunk.bytes.byteLength - chunk.length).toBe(1024 * 1024);
});

test('a chunk that was given back is used again from its start, and by one call only', () => {
  const used = startChunk(0);
  used.length += used.bytes.write('rows', used.length);
  giveBack([used]);
  const next = startChunk(100);
  expect(next.bytes).toBe(used.bytes);
  expect(contentOf(next)).toHaveLength(0);
  expect(startChunk(100).bytes).not.toBe(used.bytes);
});

test('a large chunk is not kept', () => {
  const large = startChunk(1_000_000);
  giveBack([large]);
  expect(startChunk(1_000_000).bytes).not.toBe(large.bytes);
});
