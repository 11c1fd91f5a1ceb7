import { expect, test } from '@jest/globals';
import { readContact } from './contact.ts';
import { searchTextOf } from './search-text.ts';

test('each searched value begins a line, the whole name with the first one', () => {
  expect(searchTextOf(readContact('{"email":"Ada@X.org","first_name":"Ada","last_name":"Love\\nlace"}'))).toBe(
    '\nada@x.org\nada love lace\nlove lace',
  );
  expect(searchTextOf(readContact('{}'))).toBeNull();
});
