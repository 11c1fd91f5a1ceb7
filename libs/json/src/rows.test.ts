import { expect, test } from '@jest/globals';
import { refusal } from '../test/refusal.ts';
import { checkJsonText, jsonKind, jsonRows } from './rows.ts';

test('rows come one by one as they were, each with its kind and its first problem', () => {
  const text =
    ' [ {"a": 1.50} , 5,"x",null,[],{"b":["\\u0000","\\ud800"]},{"c":{"constructor":1}}, {"d":"\\ud83d\\ude00"} ] ';
  expect([...jsonRows(text)]).toEqual([
    { index: 0, text: '{"a": 1.50}', kind: 'object' },
    { index: 1, text: '5', kind: 'number' },
    { index: 2, text: '"x"', kind: 'string' },
    { index: 3, text: 'null', kind: 'null' },
    { index: 4, text: '[]', kind: 'array' },
    { index: 5, text: '{"b":["\\u0000","\\ud800"]}', kind: 'object', problem: 'b.0: must not contain a NUL character' },
    {
      index: 6,
      text: '{"c":{"constructor":1}}',
      kind: 'object',
      problem: 'c.constructor: the key constructor is not allowed',
    },
    { index: 7, text: '{"d":"\\ud83d\\ude00"}', kind: 'object' },
  ]);
});

test('bytes are rows too', () => {
  expect([...jsonRows(Buffer.from('["é"]'))]).toEqual([{ index: 0, text: '"é"', kind: 'string' }]);
});

test('an empty array has no rows, and what is not an array is refused', () => {
  expect([...jsonRows('[]')]).toEqual([]);
  expect(refusal(() => [...jsonRows('{}')]).reason).toBe('not_an_array');
  expect(refusal(() => [...jsonRows('[1 2]')]).reason).toBe('malformed_json');
});

test('free JSON is checked with paths below a given one', () => {
  expect(checkJsonText('{"a": {"b": "\\u0000"}}', ['data'])).toEqual([
    { field: 'data.a.b', code: 'format', message: 'must not contain a NUL character' },
  ]);
  expect(checkJsonText('[1, {"x": "y"}]')).toEqual([]);
  expect(refusal(() => checkJsonText('{')).reason).toBe('malformed_json');
});

test.each([
  [' {}', 'object'],
  ['[1]', 'array'],
  ['"x"', 'string'],
  ['true', 'boolean'],
  ['null', 'null'],
  ['-1', 'number'],
] as const)('%s is of kind %s', (text, kind) => {
  expect(jsonKind(text)).toBe(kind);
  expect(jsonKind(Buffer.from(text))).toBe(kind);
});
