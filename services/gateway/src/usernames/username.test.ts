import { expect, test } from '@jest/globals';
import { usernameOf, usernameProblems } from './username.ts';

test('names that differ in case or in white space around them are one', () => {
  for (const text of ['victim', 'VICTIM', ' Victim\n']) expect(usernameOf(text)).toBe('victim');
});

test('a stranger does not set the cost of a name by its length', () => {
  expect(usernameOf('İ'.repeat(1_000_000)).length).toBeLessThan(1_000);
});

test.each(['admin', 'Ada.Lovelace', 'zoe-99', 'a_b+c', "o'neill+crm@example.com"])('%s may be chosen', (name) => {
  expect(usernameProblems(name)).toEqual([]);
});

const format = 'may have letters from a to z, digits and . _ @ + -, or be a mail address';
test.each([
  ['nothing', '', 'must not be empty'],
  ['only space', ' \u3000', 'must not be empty'],
  ['a space within', 'ada lovelace', format],
  ['a zero-width space', 'vic\u200btim', format],
  ['a control character', 'vic\u0000tim', format],
  ['a full-width letter', 'ｖictim', format],
  ['a Cyrillic letter', 'vіctim', format],
  ['a sign that is a letter in lower case', 'vic\u212aim', format],
  ['a letter with a mark', 'Zoë', format],
  ['more than 255 characters', 'x'.repeat(256), 'must be at most 255 characters long'],
])('a name with %s is refused', (_name, name, message) => {
  expect(usernameProblems(name)).toMatchObject([{ field: 'username', message }]);
});
