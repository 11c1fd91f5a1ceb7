import { expect, test } from '@jest/globals';
import { readRetryAfter } from './retry-after.ts';

const now = new Date('2026-11-25T12:00:00.400Z');

test.each([
  ['0', 0],
  [' 120 ', 120],
  ['999999999999999999999', 86_400],
  ['Wed, 25 Nov 2026 12:01:00 GMT', 60],
  ['Wednesday, 25-Nov-26 12:01:00 GMT', 60],
  ['Wed Nov 25 12:01:00 2026', 60],
  ['Wed, 25 Nov 2026 11:00:00 GMT', 0],
  ['Thu, 25 Nov 2027 12:00:00 GMT', 86_400],
])('%j asks for %i seconds', (value, expected) => {
  expect(readRetryAfter(value, now)).toBe(expected);
});

test.each([undefined, '', 'soon', '-5', '1.5', '2 years', '5, 10', 'Wed, 45 Nov 2026 12:01:00 GMT', '2026-11-25'])(
  '%j asks for nothing',
  (value) => {
    expect(readRetryAfter(value, now)).toBeUndefined();
  },
);
