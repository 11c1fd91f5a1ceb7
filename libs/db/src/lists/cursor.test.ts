import { DomainError } from '@drippulse/errors';
import { expect, test } from '@jest/globals';
import { encodeCursor } from './cursor.ts';
import { readPage } from './page.ts';

const at = new Date('2026-11-25T01:02:03.456Z');

test('a cursor gives back the values it was made of', () => {
  const cursor = encodeCursor([at, 12n, 'naïve 🙂', 3]);
  expect(readPage({ cursor }, ['time', 'bigint', 'text', 'bigint']).after).toEqual([
    '2026-11-25T01:02:03.456Z',
    '12',
    'naïve 🙂',
    '3',
  ]);
});

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
test.each([
  ['empty', ''],
  ['not base64url', 'a b'],
  ['not JSON', Buffer.from('[').toString('base64url')],
  ['not a list', json({ 0: '1' })],
  ['a list of numbers', json([1])],
  ['an empty list', json([])],
  ['too many values', json(['1', '2'])],
  ['SQL', json(["1'; drop table runs; --"])],
  ['beyond a bigint', json(['9223372036854775808'])],
  ['a fraction', json(['1.5'])],
  ['endless', json(['1'.repeat(10_000)])],
])('a cursor that is %s is refused', (_what, cursor) => {
  expect(() => readPage({ cursor }, ['bigint'])).toThrow(expect.objectContaining({ reason: 'invalid_cursor' }));
});

test.each([
  ['a NUL', '\0'],
  ['half a surrogate pair', '\ud800'],
])('a text with %s, which PostgreSQL cannot store, is refused', (_what, text) => {
  expect(() => readPage({ cursor: json([text]) }, ['text'])).toThrow(DomainError);
  expect(() => readPage({ cursor: json([text]) })).toThrow(DomainError);
});

test.each([
  '2026-13-01T00:00:00.000Z',
  '2026-11-25',
  '+275760-09-13T00:00:00.000Z',
  '-000001-01-01T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
])('the time %s, which no list gave and PostgreSQL may not read, is refused', (time) => {
  expect(() => readPage({ cursor: json([time]) }, ['time'])).toThrow(DomainError);
});
