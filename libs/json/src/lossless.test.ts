import { expect, test } from '@jest/globals';
import { isRawNumber, type JsonValue, numberOf, parseJson, stringifyJson } from './lossless.ts';

test.each([
  '1.50',
  '9007199254740993',
  '-0',
  '1e131071',
  '1E5',
  '0.1000000000000000055511151231257827',
  '12345678901234567890.5',
  '1.0',
])('%s comes back with every digit', (text) => {
  expect(stringifyJson(parseJson(`{"a":[${text}]}`))).toBe(`{"a":[${text}]}`);
  expect(numberOf(parseJson(text))).toBe(Number(text));
});

test.each(['0', '-1', '1.5', '123456789012345', '0.25', '1000000'])('%s is a plain number', (text) => {
  expect(parseJson(text)).toBe(Number(text));
});

test('text that looks like a number stays text', () => {
  expect(parseJson('["1.50", "a1e5b", {"1e5": "2.0"}]')).toEqual(['1.50', 'a1e5b', { '1e5': '2.0' }]);
});

test('only numbers have a number', () => {
  const values: JsonValue[] = ['1', true, null, [], {}, { rawJSON: '1' } as JsonValue];
  expect(values.map((value) => numberOf(value))).toEqual(values.map(() => undefined));
  expect(values.some(isRawNumber)).toBe(false);
});

test('a hundred thousand numbers of many digits take one pass', () => {
  const text = `[${Array.from({ length: 100_000 }, (_, index) => `${index}.50`).join(',')}]`;
  expect(stringifyJson(parseJson(text))).toBe(text);
});

test.each(['[1.50', '1.50 x', '01.50', '1.5e', '[1.50,]', '"1.50', '-'])(
  '%s is not JSON, and says so as it stands',
  (text) => {
    let message = '';
    try {
      JSON.parse(text);
    } catch (error) {
      message = String(error);
    }
    expect(() => parseJson(text)).toThrow(message.replace('SyntaxError: ', ''));
  },
);

test('a key __proto__ stays a member', () => {
  const text = '{"__proto__":{"a":1.50},"b":[{"__proto__":1.50}]}';
  expect(stringifyJson(parseJson(text))).toBe(text);
});
