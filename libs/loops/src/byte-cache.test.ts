import { expect, test } from '@jest/globals';
import { createByteCache } from './byte-cache.ts';

function createCache(dropped: string[] = []) {
  const cache = createByteCache<string>({ ofAll: 100, ofEach: 40, drop: (value) => void dropped.push(value) });
  const growOf = new Map<string, (bytes: number) => void>();
  const keep = (key: string, organization: string, bytes: number) =>
    cache.keep(key, organization, (grow) => {
      grow(bytes);
      growOf.set(key, grow);
      return key.toUpperCase();
    });
  return { ...cache, keep, grow: (key: string, bytes: number) => growOf.get(key)?.(bytes) };
}

test('what an organization used least recently goes when its budget is used up, and nothing of others', () => {
  const dropped: string[] = [];
  const { keep, find, bytes } = createCache(dropped);
  keep('x', 'other', 30);
  keep('a', 'one', 20);
  keep('b', 'one', 20);
  expect(find('a')).toBe('A');
  keep('c', 'one', 5);
  expect([find('a'), find('b'), find('c'), find('x')]).toEqual(['A', undefined, 'C', 'X']);
  expect(dropped).toEqual(['B']);
  expect([bytes('one'), bytes('other'), bytes()]).toEqual([25, 30, 55]);
});

test('what all used least recently goes when the budget of all is used up', () => {
  const { keep, find, bytes } = createCache();
  for (const organization of ['one', 'two', 'three', 'four']) keep(organization, organization, 30);
  expect([find('one'), find('two')]).toEqual([undefined, 'TWO']);
  expect([bytes(), bytes('one')]).toEqual([90, 0]);
});

test('a value that grows takes the room of others, and one that is too large by itself goes', () => {
  const dropped: string[] = [];
  const { keep, grow, find, bytes } = createCache(dropped);
  keep('a', 'one', 10);
  keep('b', 'one', 10);
  grow('a', 25);
  expect(dropped).toEqual(['B']);
  grow('a', 10);
  expect(dropped).toEqual(['B', 'A']);
  expect([find('a'), bytes()]).toEqual([undefined, 0]);
});

test('a value that somebody still uses comes back when it grows, with the bytes that it has in any case', () => {
  const { keep, grow, find, bytes } = createCache();
  keep('a', 'one', 10);
  keep('b', 'one', 35);
  expect(find('a')).toBeUndefined();
  grow('a', 5);
  expect([find('a'), find('b'), bytes()]).toEqual(['A', undefined, 15]);
});

test('a new value of a key replaces the one before', () => {
  const { keep, find, bytes } = createCache();
  keep('a', 'one', 10);
  keep('a', 'one', 15);
  expect([find('a'), bytes()]).toEqual(['A', 15]);
});
