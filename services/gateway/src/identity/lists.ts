import { cutPage, type PageRequest, pageTotals, type RowCount, readPage } from '@drippulse/db';

/** Members of a list response beside its rows. */
export type Paging = RowCount & {
  nextCursor?: string | undefined;
  page?: number | undefined;
  perPage?: number;
  totalPages?: number;
};

/** Rows of one page: those with a lower id, newest first. */
export type Window = { beforeId: bigint; limit: number; offset: number };

const highestId = 9_223_372_036_854_775_807n;

/** Reads one page of a list that is ordered by id, newest first. */
export async function readList<Row extends { id: bigint }>(
  request: PageRequest,
  read: { rows(window: Window): Promise<Row[]>; count(): Promise<RowCount> },
): Promise<{ rows: Row[]; paging: Paging }> {
  const page = readPage(request, ['bigint']);
  const beforeId = page.after?.[0] === undefined ? highestId : BigInt(page.after[0]);
  // One row more than the page shows whether there is a next page.
  const found = await read.rows({ beforeId, limit: page.limit + 1, offset: page.offset });
  const { rows, nextCursor } = cutPage(found, page.limit);
  const count = await read.count();
  return { rows, paging: { ...count, nextCursor, ...pageTotals(page, count.totalCount) } };
}
