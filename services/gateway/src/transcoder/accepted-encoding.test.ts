import { expect, test } from '@jest/globals';
import { acceptedEncoding } from './accepted-encoding.ts';

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0.000, gzip;q=0', undefined],
  ['identity', undefined],
  ['identity;q=1, br;q=0.5', undefined],
  ['identity;q=0, *;q=0', undefined],
  ['deflate', undefined],
  ['br;q=2', undefined],
  ['br;q=', undefined],
  ['br;level=4', undefined],
  [';;;,,=,"br", br gzip', undefined],
  [',gzip,', 'gzip'],
  [`gzip,${' '.repeat(300)}`, undefined],
])('Accept-Encoding: %s takes %s', (header, encoding) => {
  expect(acceptedEncoding({ headers: { 'accept-encoding': header } })).toBe(encoding);
});
