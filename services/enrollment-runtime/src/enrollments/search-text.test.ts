import { expect, test } from '@jest/globals';
import { readContact } from './contact.ts';
import { patternOf, searchedPart, searchTextOf } from './search-text.ts';

test('each searched value begins a line, the whole name with the first one', () => {
  expect(searchTextOf(readContact('{"email":"Ada@X.org","first_name":"Ada","last_name":"Love\\nlace"}'))).toBe(
    '\nada@x.org\nada love lace\nlove lace',
  );
  expect(searchTextOf(readContact('{}'))).toBeNull();
});

test('a value with a separator of texts stays one value', () => {
  expect(searchTextOf(readContact('{"first_name":"a\\u001eb"}'))).toBe('\na b');
});

test.each([
  ['Ad', '%\nad%'],
  ['50%_\\x', '%50\\%\\_\\\\x%'],
])('%j asks for texts like %j', (q, pattern) => {
  expect(patternOf(searchedPart(q))).toBe(pattern);
});
