import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { gatherChunks } from './gather-chunks.ts';

async function gathered(pieces: readonly Buffer[]): Promise<Buffer[]> {
  return Readable.from(pieces).pipe(gatherChunks()).toArray();
}

test('the pieces of a mail leave together', async () => {
  const pieces = ['Subject: Hello', '\r\n\r\n', 'Hello', '\r\n'].map((text) => Buffer.from(text));
  expect((await gathered(pieces)).map(String)).toEqual(['Subject: Hello\r\n\r\nHello\r\n']);
  expect(await gathered([])).toEqual([]);
});

test('no more of a large mail is kept than goes beyond 64 KiB', () => {
  const gathering = gatherChunks();
  const readable = [1, 2, 3, 4].map((byte) => {
    gathering.write(Buffer.alloc(20_000, byte));
    return gathering.readableLength;
  });
  expect(readable).toEqual([0, 0, 0, 80_000]);
  gathering.destroy();
});
