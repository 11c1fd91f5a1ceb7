import { encodeCursor, type PageRequest, type RowCount, readPage } from '@drippulse/db';

/** The members that every list response has beside its rows. */
export type Paging = RowCount & { nextCursor?: string; page?: number; perPage?: number; totalPages?: number };

/** The rows to read: those with a lower id, newest first. */
export type Window = { beforeId: bigint; limit: number; offset: number };

const highestId = 9_223_372_036_854_775_807n;

/** Reads one page of a list that is ordered by id, newest first. */
export async function readList<Row extends { id: bigint }>(
  request: PageRequest,
  read: { rows(window: Window): Promise<Row[]>; count(): Promise<RowCount> },
): Promise<{ rows: Row[]; paging: Paging }> {
  const { limit, offset, after, page } = readPage(request, ['bigint']);
  const beforeId = after?.[0] === undefined ? highestId : BigInt(after[0]);
  // One row more than asked for says whether there is a next page.
  const found = await read.rows({ beforeId, limit: limit + 1, offset });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const count = await read.count();
  return {
    rows,
    paging: {
      ...count,
      ...(found.length > limit && last && { nextCursor: encodeCursor([last.id]) }),
      ...(page !== undefined && { page, perPage: limit, totalPages: Math.ceil(Number(count.totalCount) / limit) }),
    },
  };
}
