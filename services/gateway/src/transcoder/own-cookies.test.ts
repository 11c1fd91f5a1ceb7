import { expect, test } from '@jest/globals';
import { ownCookies } from './own-cookies.ts';

test('of the cookies of a browser those of ours are passed on, however long the others are', () => {
  const others = `session=${'x'.repeat(4_000)}; not-drippulse-a=1`;
  const header = `${others}; __Host-drippulse-connect-0123=a;drippulse-connect-4567=b`;
  expect(ownCookies(header)).toBe('__Host-drippulse-connect-0123=a; drippulse-connect-4567=b');
  expect(ownCookies(others)).toBe('');
});
