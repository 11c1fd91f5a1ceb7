import { expect, test } from '@jest/globals';
import { storedJson } from './stored-json.ts';

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
