import { expect, test } from '@jest/globals';
import { tidyUsername, usernameKey } from './username-key.ts';
import { usernameProblems } from './username-problems.ts';

test.each([
  ['a space at the end', 'victim '],
  ['another case', 'VICTIM'],
  ['a zero-width space', 'vic\u200btim'],
  ['a byte order mark', '\ufeffvictim'],
  ['a soft hyphen', 'vic\u00adtim'],
  ['a mark of direction', '\u202evictim'],
  ['a control character at the end', 'victim\u0000'],
  ['full-width letters', 'ｖｉｃｔｉｍ'],
  ['mathematical letters', '𝓿𝓲𝓬𝓽𝓲𝓶'],
  ['a capital i with a dot', 'vİctİm'],
  ['an i without a dot', 'vıctım'],
])('a name with %s has the key of the name without it', (_name, text) => {
  expect(usernameKey(text)).toBe('victim');
});

test('the key of a key is the key, for every character that folding changes, alone and between others', () => {
  const unstable: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    const forms = [character.normalize('NFKC'), character.toLowerCase(), character.toUpperCase()];
    if (forms.every((form) => form === character)) continue;
    for (const name of [character, `a${character}i`]) {
      const key = usernameKey(name);
      if (usernameKey(key) !== key) unstable.push(code.toString(16));
    }
  }
  expect(unstable).toEqual([]);
});

test('a stranger does not set the cost of a key by the length of a name', () => {
  expect(usernameKey('ﷺ'.repeat(1_000_000)).length).toBeLessThan(256 * 18 + 1);
});

test('a name is stored with the case that was chosen', () => {
  expect(tidyUsername(' Ａda ')).toBe('Ada');
});

test.each([
  'admin',
  'Ada Lovelace',
  "o'neill+crm@example.com",
  'Zoë-99',
  'Nguyễn',
  'İbrahim',
  'алексей',
  'Δημήτρης',
  'משה',
  'प्रिया',
  '田中さくら',
  '김철수',
])('%s may be chosen', (name) => {
  expect(usernameProblems(name)).toEqual([]);
});

test.each([
  ['nothing', '', 'must not be empty'],
  ['only space', ' \u3000', 'must not be empty'],
  ['a zero-width space', 'vic\u200btim', 'must not have invisible or control characters'],
  ['a mark of direction', 'victim\u202e', 'must not have invisible or control characters'],
  ['a line feed', 'vic\ntim', 'must not have invisible or control characters'],
  ['an unassigned character', 'victim\u0378', 'must not have invisible or control characters'],
  ['two spaces', 'vic  tim', 'may have letters, the digits and signs of ASCII, and single spaces'],
  ['an emoji', 'victim😀', 'may have letters, the digits and signs of ASCII, and single spaces'],
  ['a digit of another script', 'victim٣', 'may have letters, the digits and signs of ASCII, and single spaces'],
  ['a Cyrillic letter among Latin ones', 'vіctim', 'must have letters of one script, without further marks'],
  ['a Greek letter among Latin ones', 'victιm', 'must have letters of one script, without further marks'],
  ['a phonetic letter', 'ɡrace', 'must have letters of one script, without further marks'],
  ['a further mark', 'vi\u0323\u0307\u0323ctim', 'must have letters of one script, without further marks'],
  ['Cyrillic letters that look Latin', 'сосо', 'must not look like a name in Latin letters'],
  ['Greek letters that look Latin', 'νικοτ', 'must not look like a name in Latin letters'],
  ['more than 255 characters', 'x'.repeat(256), 'must be at most 255 characters long'],
])('a name with %s is refused', (_name, name, message) => {
  expect(usernameProblems(name)).toMatchObject([{ field: 'username', message }]);
});
