import { expect, test } from '@jest/globals';
import { storedJson, storedText } from './stored-json.ts';

test.each([
  ['a\u0000b', '"a\\ufffdb"'],
  ['\ud83d', '"\\ufffd"'],
  ['😀 stays', '"😀 stays"'],
  ['\\u0000 in words stays', '"\\\\u0000 in words stays"'],
  ['\\\u0000', '"\\\\\\ufffd"'],
  ['\u0000\u0000', '"\\ufffd\\ufffd"'],
])('%j is stored as %s', (value, text) => {
  expect(storedJson(value)).toBe(text);
});

test('a text is stored without NUL', () => {
  expect(storedText('a\0b\0')).toBe('a\ufffdb\ufffd');
  expect(storedText('plain')).toBe('plain');
});
