import { expect, test } from '@jest/globals';
import { hasInvisible, mapTexts, showInvisible, stripInvisible, textsIn } from './invisible.ts';
import { foreignLinks, readHost } from './links.ts';
import { maskSecrets } from './secrets.ts';

const tags = [...'ignore'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');

test.each([
  ['letters of the block of tags', `Hello${tags}`, 'Hello'],
  ['zero-width characters', 'a\u200bb\u200dc\u2060d\ufeff', 'abcd'],
  ['variation selectors', 'a\ufe0f\u{e0101}', 'a'],
  ['marks that turn the direction of text', 'abc\u202egpj.exe\u2066', 'abcgpj.exe'],
  ['half of a pair', 'a\ud800', 'a�'],
  ['controls other than tab and line break', 'a\u0000\u001b[2J\tb\n', 'a[2J\tb\n'],
])('%s do not reach a model, and people see them as escapes', (_what, text, stripped) => {
  expect(stripInvisible(text)).toBe(stripped);
  expect(hasInvisible(text)).toBe(true);
  expect(hasInvisible(showInvisible(text))).toBe(false);
  expect(hasInvisible(stripped)).toBe(false);
});

test('an escape names the character', () => {
  expect(showInvisible('a\u202eb')).toBe('a\\u{202e}b');
});

test('texts are changed wherever they are, and a member named __proto__ stays a member', () => {
  const value = JSON.parse('{"__proto__":"x\u200b","list":["y\u200b",1,null]}');
  const changed = mapTexts(value, stripInvisible);
  expect(JSON.stringify(changed)).toBe('{"__proto__":"x","list":["y",1,null]}');
  expect(textsIn(value)).toContain('__proto__');
});

const allowed = new Set(['acme.example', 'xn--bcher-kva.example']);

test.each([
  'See https://evil.example/?q=secret',
  'See HTTPS://EVIL.EXAMPLE/x',
  '![x](http://evil.example/p.png)',
  '<img src=//evil.example/p.png>',
  'https://acme.example@evil.example/',
  'https:\\\\evil.example\\x',
  'www.evil.example/x',
  'c2VjcmV0.collect.evil.example',
  'evil.example/?secret',
  'evil.example:8080/x',
  'javascript:fetch(1)',
  'data:text/html,hello',
  'mailto:spy@evil.example',
  'ftp://evil.example/x',
  'https&#58;//evil.example',
  'https&colon;&sol;&sol;evil.example',
  'ｈｔｔｐｓ：／／evil.example/x',
  'https://acme.example.evil.example/',
  'https://sub.acme.example/',
])('%s is a link elsewhere', (text) => {
  expect(foreignLinks(text, allowed)).not.toEqual([]);
});

test.each([
  'See https://acme.example/prices?x=1#y.',
  'Write to ada@evil.example, please.',
  'Note: 10:30 is fine; version 1.2.3, e.g. tomorrow.',
  'https://bücher.example/a',
  'and/or, 24/7, 1/2',
  'Subject: hello',
])('%s is none', (text) => {
  expect(foreignLinks(text, allowed)).toEqual([]);
});

test('a host is a name alone', () => {
  expect(readHost('Acme.example')).toBe('acme.example');
  for (const text of ['', 'acme.example/x', 'a@acme.example', 'acme.example:8080', 'acme.example?x', 'a b']) {
    expect(readHost(text)).toBeUndefined();
  }
});

test.each([
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'sk-proj-abcdefghijklmnopqrstuvwx',
  'AKIAIOSFODNN7EXAMPLE',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N',
  'Authorization: Bearer abcdefghijklmnop123',
  'password: hunter2hunter2',
  '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----',
])('%s does not reach a model', (text) => {
  const masked = maskSecrets(`before ${text} after`);
  expect(masked).toContain('[secret removed]');
  expect(masked).not.toContain(text);
});

test.each(['a', 'ä', 'a.', 'a-', 'eyJ-', ' ', 'password ', '-----BEGIN ', '&#', '//', 'a:', '@a.b'])(
  'the guards end on a hostile text of %j repeated',
  (unit) => {
    const text = unit.repeat(500_000 / unit.length);
    expect(foreignLinks(text, allowed).length).toBeLessThanOrEqual(10);
    expect(maskSecrets(text)).not.toBe('');
    expect(stripInvisible(text)).not.toBe('');
  },
);
