import { expect, test } from '@jest/globals';
import { encodeCursor } from './cursor.ts';
import { type PageRequest, readPage } from './page.ts';

test.each<[string, PageRequest, ReturnType<typeof readPage>]>([
  ['nothing said: 100 rows', {}, { limit: 100, offset: 0 }],
  ['a limit', { limit: 5 }, { limit: 5, offset: 0 }],
  ['a limit above 1,000 is 1,000', { limit: 5_000 }, { limit: 1_000, offset: 0 }],
  ['a page', { page: 3, perPage: 20 }, { limit: 20, offset: 40, page: 3, perPage: 20 }],
  ['per_page alone is page 1', { perPage: 20 }, { limit: 20, offset: 0, page: 1, perPage: 20 }],
  ['page alone is 100 rows', { page: 2 }, { limit: 100, offset: 100, page: 2, perPage: 100 }],
  ['the deepest page', { page: 10, perPage: 1_000 }, { limit: 1_000, offset: 9_000, page: 10, perPage: 1_000 }],
])('%s', (_what, request, page) => {
  expect(readPage(request)).toEqual(page);
});

test.each<[PageRequest, string]>([
  [{ limit: 0 }, 'limit'],
  [{ limit: -1 }, 'limit'],
  [{ perPage: 0 }, 'per_page'],
  [{ page: 0 }, 'page'],
  [{ page: 101, perPage: 100 }, 'page'],
  [{ page: 2_147_483_647, perPage: 1 }, 'page'],
  [{ page: 1, cursor: encodeCursor([1]) }, 'cursor'],
])('%j is refused by the field %s', (request, field) => {
  expect(() => readPage(request)).toThrow(
    expect.objectContaining({ kind: 'invalid', violations: [expect.objectContaining({ field })] }),
  );
});
