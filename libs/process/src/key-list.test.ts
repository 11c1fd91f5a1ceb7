import { expect, test } from '@jest/globals';
import { parseKeyList } from './key-list.ts';

const key = (byte: number, bytes = 32) => Buffer.alloc(bytes, byte).toString('base64');
const parse = (text: string) => parseKeyList('KEYS', text, ([byte]) => byte);

test('keys come in their order, with or without spaces between them', () => {
  expect(parse(` ${key(1)} ,${key(2)},`)).toEqual({ current: 1, all: [1, 2] });
});

test.each(['', ',', 'short', key(1, 31), key(1, 33), `${key(1)},c2hvcnQ=`])(
  'the keys %j are refused by the name of the variable, and not quoted',
  (text) => {
    expect(() => parse(text)).toThrow(/KEYS: (?!.*(c2hvcnQ|AQEB))/);
  },
);
