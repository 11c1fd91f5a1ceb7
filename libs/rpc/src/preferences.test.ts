import { expect, test } from '@jest/globals';
import { readPreferences } from './preferences.ts';

test.each<[string | undefined, Record<string, string>]>([
  [undefined, {}],
  ['', {}],
  ['respond-async', { 'respond-async': '' }],
  ['Respond-Async, wait=10', { 'respond-async': '', wait: '10' }],
  ['handling = strict ; note="a, b", return=minimal', { handling: 'strict', return: 'minimal' }],
  ['handling="strict"', { handling: 'strict' }],
  ['x="a\\"b, c", handling=strict', { x: 'a"b, c', handling: 'strict' }],
  ['handling=lenient, handling=strict', { handling: 'lenient' }],
  ['=strict, , ;;, handling=strict', { handling: 'strict' }],
  ['handling="strict', {}],
  ['handling strict', {}],
  [`${',"'.repeat(8000)}`, {}],
])('Prefer: %j', (header, expected) => {
  expect(Object.fromEntries(readPreferences(header))).toEqual(expected);
});
