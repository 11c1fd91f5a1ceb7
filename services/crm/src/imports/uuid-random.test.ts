import { expect, test } from '@jest/globals';
import { uuidRandom } from './uuid-random.ts';

test('no bytes are given out twice, nor changed by those that follow', () => {
  const given = Array.from({ length: 1000 }, () => uuidRandom());
  const texts = given.map((bytes) => Buffer.from(bytes).toString('hex'));
  expect(texts.every((text) => text.length === 32)).toBe(true);
  expect(new Set(texts).size).toBe(1000);
});
