import type { RowCount } from './count.ts';
import { cutPage, type PageRequest, pageTotals, readPage } from './page.ts';

/** The members that every list response has besides its rows. */
export type Paging = RowCount & {
  nextCursor?: string | undefined;
  page?: number | undefined;
  perPage?: number;
  totalPages?: number;
};

/** The rows to read: rows with an id below `beforeId`, highest first, without the first `offset`, at most `limit`. */
export type ListWindow = { beforeId: bigint; offset: number; limit: number };

const highestId = 9_223_372_036_854_775_807n;

/**
 * Reads one page of a list that is ordered by id, highest first. `rows` reads the rows of a window, `count` counts the
 * rows of the whole list. The window has one row more than the page, which shows whether there is a next page. Refuses
 * a request as `readPage` does.
 */
export async function readList<Row extends { id: bigint }>(
  request: PageRequest,
  list: { rows(window: ListWindow): Promise<readonly Row[]>; count(): Promise<RowCount> },
): Promise<{ rows: Row[]; paging: Paging }> {
  const page = readPage(request, ['bigint']);
  const beforeId = page.after?.[0] === undefined ? highestId : BigInt(page.after[0]);
  const found = await list.rows({ beforeId, offset: page.offset, limit: page.limit + 1 });
  const { rows, nextCursor } = cutPage(found, page.limit);
  const count = await list.count();
  return { rows, paging: { ...count, nextCursor, ...pageTotals(page, count.totalCount) } };
}
