import { expect, test } from '@jest/globals';
import type { PageRequest } from './page.ts';
import { type ListWindow, readList } from './read-list.ts';

const ids = [9n, 8n, 7n, 6n, 5n, 4n, 3n, 2n, 1n];

/** Makes a list of nine rows, and records the windows that were read. */
function nine() {
  const windows: ListWindow[] = [];
  return {
    windows,
    read: (request: PageRequest) =>
      readList(request, {
        async rows(window) {
          windows.push(window);
          const behind = ids.filter((id) => id < window.beforeId);
          return behind.slice(window.offset, window.offset + window.limit).map((id) => ({ id }));
        },
        count: async () => ({ totalCount: 9n }),
      }),
  };
}

test('following next_cursor reads every row once, and no page says that an empty one follows', async () => {
  const { read, windows } = nine();
  const pages: bigint[][] = [];
  let cursor: string | undefined;
  do {
    const { rows, paging } = await read({ limit: 3, cursor });
    pages.push(rows.map(({ id }) => id));
    expect(paging).toMatchObject({ totalCount: 9n });
    expect(paging.totalPages).toBeUndefined();
    cursor = paging.nextCursor;
  } while (cursor !== undefined);
  expect(pages).toEqual([
    [9n, 8n, 7n],
    [6n, 5n, 4n],
    [3n, 2n, 1n],
  ]);
  expect(windows.map(({ limit }) => limit)).toEqual([4, 4, 4]);
});

test('a page by number has its totals', async () => {
  const { rows, paging } = await nine().read({ page: 3, perPage: 4 });
  expect(rows).toEqual([{ id: 1n }]);
  expect(paging).toEqual({ totalCount: 9n, page: 3, perPage: 4, totalPages: 3 });
});

test('a request that is refused reads nothing', async () => {
  const { read, windows } = nine();
  await expect(read({ cursor: 'of another list' })).rejects.toMatchObject({ reason: 'invalid_cursor' });
  expect(windows).toEqual([]);
});
