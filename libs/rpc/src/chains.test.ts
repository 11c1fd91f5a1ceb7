import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createChainHeaders } from './chains.ts';

const now = new Date('2026-11-26T12:00:00Z');
const dayMs = 86_400_000;
const newKey = () => randomBytes(32).toString('base64');
const key = newKey();
const headers = createChainHeaders(key);
const chain = { organizationId: 12n, cause: 'enrollment:3:4711' };

test('a header is read until it has expired', () => {
  const header = headers.sign(chain, now);
  expect(headers.read(header, now)).toEqual(chain);
  expect(headers.read(header, new Date(now.getTime() + dayMs - 1))).toEqual(chain);
  expect(headers.read(header, new Date(now.getTime() + dayMs))).toBeUndefined();
  expect(header.length).toBeLessThan(100);
});

test('a header that anybody else made, or changed in any part, is ignored', () => {
  const header = headers.sign(chain, now);
  const parts = header.split('.');
  const changed = parts.map((part, index) => {
    const other = part.at(-1) === '1' ? '2' : '1';
    return parts.with(index, `${part.slice(0, -1)}${other}`).join('.');
  });
  const forged = [
    ...changed,
    createChainHeaders(newKey()).sign(chain, now),
    `${header}.`,
    `${header}x`,
    parts.slice(0, 3).join('.'),
    '',
    '...',
    'x'.repeat(9_999),
  ];
  for (const text of forged) expect([text, headers.read(text, now)]).toEqual([text, undefined]);
});

test('a key rotates: the first signs, and those behind it still read', () => {
  const next = newKey();
  const rotated = createChainHeaders(`${next},${key}`);
  expect(rotated.read(headers.sign(chain, now), now)).toEqual(chain);
  expect(createChainHeaders(next).read(rotated.sign(chain, now), now)).toEqual(chain);
  expect(createChainHeaders(next).read(headers.sign(chain, now), now)).toBeUndefined();
});

test.each(['', 'short'])('the keys %j are refused by name', (keys) => {
  expect(() => createChainHeaders(keys)).toThrow('CHAIN_KEYS');
});
