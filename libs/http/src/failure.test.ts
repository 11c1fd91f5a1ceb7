import { expect, test } from '@jest/globals';
import { failureCodeOf, isOurShortage } from './failure.ts';

const failed = (code: string, address: string) => Object.assign(new Error(code), { code, address });
const noIPv6 = () => false;
const withIPv6 = () => true;

test('a machine that runs out of ports or descriptors is the reason itself', () => {
  for (const error of [failed('EADDRNOTAVAIL', '192.0.2.1'), failed('EMFILE', '2001:db8::1')]) {
    expect(isOurShortage(error, noIPv6)).toBe(true);
  }
  expect(isOurShortage(failed('EADDRNOTAVAIL', '2001:db8::1'), withIPv6)).toBe(true);
});

test('a receiver that has IPv6 alone is unreachable for a machine without it, and that counts', () => {
  const one = failed('EADDRNOTAVAIL', '2001:db8::1');
  for (const error of [one, new AggregateError([one, failed('EADDRNOTAVAIL', '2001:db8::2')])]) {
    expect(isOurShortage(error, noIPv6)).toBe(false);
    expect(failureCodeOf(error)).toBe('unreachable');
  }
  expect(isOurShortage(failed('ECONNREFUSED', '192.0.2.1'), noIPv6)).toBe(false);
});
