import { expect, test } from '@jest/globals';
import { entityTag, matchedRevisions, namesTag } from './entity-tags.ts';

const revision = { localName: 'revision' } as never; // only the name of the descriptor is used
const strong = { revision, isWeak: false };

test('the tag is that of the bytes, in one piece or in several, and begins with the revision', () => {
  const tag = entityTag(strong, { revision: 5n }, '{"a":1}');
  expect(tag).toMatch(/^"5\.[\w-]{16}"$/);
  expect(entityTag(strong, { revision: 5n }, [Buffer.from('{"a"'), Buffer.from(':1}')])).toBe(tag);
  expect(entityTag(strong, { revision: 5n }, '{"a":2}')).not.toBe(tag);
  expect(entityTag({ revision, isWeak: true }, { revision: 5n }, '{"a":1}')).toBe(`W/${tag}`);
});

test('a row without a revision has a weak tag that meets no condition of a write', () => {
  for (const [validator, row] of [
    [{ revision: undefined, isWeak: true }, {}],
    [strong, { revision: 0n }],
    [strong, undefined],
  ] as const) {
    const tag = entityTag(validator, row, '{}');
    expect(tag).toMatch(/^W\/"[\w-]{16}"$/);
    expect(matchedRevisions(tag)).toEqual([]);
  }
});

test.each([
  ['*', undefined],
  [' * ', undefined],
  ['"5.a"', ['5']],
  ['W/"5.a"', ['5']],
  [' "5.a" ,, W/"6.b",', ['5', '6']],
  ['"5"', []],
  ['"05.a", "x.5.a", "-5.a", "5,6.a"', []],
  ['"99999999999999999999.a"', []],
])('If-Match: %s names the revisions %j', (header, revisions) => {
  expect(matchedRevisions(header)).toEqual(revisions);
});

test.each([
  '',
  ' ',
  ',',
  '5',
  '5.a',
  '"5.a',
  '"5.a" "6.b"',
  '"5.a", *',
  'w/"5.a"',
  '"5 a"',
  '"5.a";',
  `${'"a",'.repeat(4000)}x`,
])('If-Match: %.20s is refused', (header) => {
  expect(() => matchedRevisions(header)).toThrow(expect.objectContaining({ reason: 'invalid_header' }));
});

test.each([
  ['*', true],
  ['"5.a"', true],
  ['W/"5.a"', true],
  ['"4.a", "5.a"', true],
  ['"4.a"', false],
  ['5.a', false],
  ['"5.a", no list', false],
])('If-None-Match: %s names the tag 5.a: %s', (header, expected) => {
  expect(namesTag(header, '"5.a"')).toBe(expected);
  expect(namesTag(header, 'W/"5.a"')).toBe(expected);
});
