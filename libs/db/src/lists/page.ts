import { DomainError, type Violation, type ViolationCode } from '@drippulse/errors';
import { type CursorColumn, decodeCursor, encodeCursor } from './cursor.ts';

/** The paging fields of a list request. */
export type PageRequest = {
  limit?: number | undefined;
  cursor?: string | undefined;
  page?: number | undefined;
  perPage?: number | undefined;
};

/** The rows to read: by keyset after the cursor's values, or by offset when the request has a page number. */
export type Page = { limit: number; offset: number; after?: string[]; page?: number; perPage?: number };

const defaultLimit = 100;
const maxLimit = 1_000;
const deepestRow = 10_000;

/**
 * Reads the paging fields of a list request. `limit` and `per_page`: default 100, at least 1; values above 1,000 are
 * reduced to 1,000. `page` and `per_page` reach at most 10,000 rows deep. `columns` are the types of the columns by
 * which the list is ordered. Refuses a wrong field as `invalid_page`, and a cursor that does not fit as
 * `invalid_cursor`.
 */
export function readPage(request: PageRequest, columns?: readonly CursorColumn[]): Page {
  const { limit, cursor, page, perPage } = request;
  if (page === undefined && perPage === undefined) {
    const after = cursor === undefined ? undefined : readCursor(cursor, columns);
    return { limit: readSize('limit', limit), offset: 0, ...(after && { after }) };
  }
  if (cursor !== undefined) refuse('cursor', 'cannot be combined with page and per_page', 'not_allowed');
  const size = readSize('per_page', perPage ?? limit);
  const number = page ?? 1;
  if (number < 1) refuse('page', 'must be at least 1', 'range');
  if (number * size > deepestRow) {
    refuse('page', `and per_page reach ${deepestRow} rows deep; follow next_cursor beyond that`, 'range');
  }
  return { limit: size, offset: (number - 1) * size, page: number, perPage: size };
}

function readCursor(cursor: string, columns: readonly CursorColumn[] | undefined): string[] {
  const after = decodeCursor(cursor, columns);
  if (after !== undefined) return after;
  throw invalidCursor();
}

/** Makes the error for a cursor that belongs to another list, or to another order of the list. */
export function invalidCursor(): DomainError {
  const message = 'is not a cursor of this list';
  const violations: Violation[] = [{ field: 'cursor', message, code: 'invalid' }];
  return new DomainError('invalid', 'invalid_cursor', `cursor ${message}`, { violations });
}

function readSize(field: string, value: number | undefined): number {
  if (value === undefined) return defaultLimit;
  if (value < 1) refuse(field, 'must be at least 1', 'range');
  return Math.min(value, maxLimit);
}

function refuse(field: string, message: string, code: ViolationCode): never {
  throw new DomainError('invalid', 'invalid_page', `${field} ${message}`, { violations: [{ field, message, code }] });
}

/**
 * Cuts the found rows to one page. `found` may have one row more than the page, which shows that there is a next page.
 * `nextCursor` is then the position after the last row of this page, for a list ordered by id.
 */
export function cutPage<R extends { id: bigint }>(
  found: readonly R[],
  limit: number,
): { rows: R[]; nextCursor?: string } {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return found.length > limit && last ? { rows, nextCursor: encodeCursor([last.id]) } : { rows };
}

/**
 * Returns the additional members of a response to a request with `page` or `per_page`. Any other response has none of
 * these members.
 */
export function pageTotals({ page, perPage }: Page, totalCount: bigint) {
  if (perPage === undefined) return {};
  return { page, perPage, totalPages: Math.ceil(Number(totalCount) / perPage) };
}
