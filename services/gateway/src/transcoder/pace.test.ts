import { expect, test } from '@jest/globals';
import { isTooSlow } from './pace.ts';

test.each([
  [0, 10_000, false],
  [0, 10_001, true],
  [4, 12_000, true],
  [1 << 20, 73_000, false],
  [1 << 20, 75_000, true],
])('a sender with %s bytes after %s ms: too slow is %s', (bytes, elapsedMs, expected) => {
  expect(isTooSlow({ bytes, elapsedMs }, 10_000)).toBe(expected);
});
