import { encodeCursor, type Page } from '@drippulse/db';

/** Of one row more than the page holds: the page, and where the next one starts. */
export function cutPage<R extends { id: bigint }>(found: R[], limit: number): { rows: R[]; nextCursor?: string } {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return found.length > limit && last ? { rows, nextCursor: encodeCursor([last.id]) } : { rows };
}

/** The members of an answer to `page` and `per_page`. */
export function pageTotals({ page, perPage }: Page, totalCount: bigint) {
  if (perPage === undefined) return {};
  return { page, perPage, totalPages: Math.ceil(Number(totalCount) / perPage) };
}
