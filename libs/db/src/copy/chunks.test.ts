import { expect, test } from '@jest/globals';
import { contentOf, messageOf, startChunk } from './chunks.ts';

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
