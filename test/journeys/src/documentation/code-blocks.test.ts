import { expect, test } from '@jest/globals';
import { codeBlocks } from './code-blocks.ts';

test('a page is read block by block, with the words and attributes of each', () => {
  const page = 'a\n\n```sh norun="needs a cluster"\nhelm\n```\n\n~~~~json response GET /a 200\n```\n~~~~\n';
  expect(codeBlocks('p.md', page)).toEqual([
    { place: 'p.md:3', language: 'sh', words: [], attributes: { norun: 'needs a cluster' }, code: 'helm\n' },
    { place: 'p.md:7', language: 'json', words: ['response', 'GET', '/a', '200'], attributes: {}, code: '```\n' },
  ]);
});

test('a block that is not closed is refused', () => {
  expect(() => codeBlocks('p.md', '```sh\n')).toThrow('p.md:1 is never closed');
});
