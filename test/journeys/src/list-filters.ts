import type { Api } from '@drippulse/harness';
import type { Random } from '@drippulse/testing/hostile';
import { type Route, routes } from './routes.ts';

/**
 * A row of this list arises only when the limit of a plan holds an entry; no request adds one directly. So the filters
 * of the list are covered by the tests of its service.
 */
const heldEntries = '/api/v1/account/held_entries';

/** Routes of lists that can be filtered by time of creation and by ids. */
export const filteredLists = routes.filter(
  ({ method, fields, template }) =>
    method === 'GET' &&
    template !== heldEntries &&
    ['created_since', 'created_until', 'ids'].every((n) => fields.includes(n)),
);

/** A row of a list, with the members that the filters read. */
type ListedRow = { id: number | string; public_id?: string; created_at?: string; at?: string };

function createdAt({ created_at, at }: ListedRow): string {
  const time = created_at ?? at;
  if (time === undefined) throw new Error('the row has no time of creation');
  return time;
}

/**
 * Reads all rows of a list in pages of a random size. Returns the rows, and the highest count that any page reported.
 */
export async function walk(api: Api, path: string, query: readonly string[], random: Random) {
  const rows: ListedRow[] = [];
  let totalCount = 0;
  let cursor: string | null | undefined;
  do {
    const paging = [`limit=${1 + random.below(5)}`, ...(cursor ? [`cursor=${cursor}`] : [])];
    const { status, text, body } = await api.get(`${path}?${[...query, ...paging].join('&')}`);
    if (status !== 200) throw new Error(`${path}?${query.join('&')} answered ${status}: ${text}`);
    rows.push(...rowsOf(body));
    totalCount = Math.max(totalCount, body.total_count);
    cursor = body.next_cursor;
  } while (cursor);
  return { rows, totalCount };
}

/** Returns the rows of a response: the elements of the array whose elements have ids. */
function rowsOf(body: Record<string, unknown>): ListedRow[] {
  const lists = Object.values(body).filter((value) => Array.isArray(value));
  return lists.find((list) => list.some((row) => row?.id !== undefined)) ?? [];
}

/** A filter in the form in which a client sends it, and a function that returns whether a row meets it. */
type TriedFilter = { query: string[]; isMet: (row: ListedRow) => boolean };

/** Makes a filter by a range of time. The bounds are times of rows, so that a mistake at the bounds is detected. */
export function timeFilter(rows: readonly ListedRow[], random: Random): TriedFilter {
  const [since, until] = random.some(rows.map(createdAt), 2);
  if (since === undefined || until === undefined) throw new Error('there are no rows');
  const isFrom = random.below(3) > 0;
  const isTo = !isFrom || random.below(2) > 0;
  return {
    query: [...(isFrom ? [`created_since=${since}`] : []), ...(isTo ? [`created_until=${until}`] : [])],
    isMet: (row) => (!isFrom || createdAt(row) >= since) && (!isTo || createdAt(row) < until),
  };
}

/** Maximum number of ids to choose. A request may name 100 ids, and unknown ids are added to the chosen ones. */
const maxChosen = 90;

/**
 * Makes a filter by ids in random order: some ids of the list, possibly one of them twice, and ids that the
 * organization does not have.
 */
export function idFilter(
  rows: readonly ListedRow[],
  others: readonly (number | string)[],
  random: Random,
): TriedFilter {
  const chosen = random.some(rows, 1 + random.below(Math.min(rows.length, maxChosen)));
  const ids = chosen.map(({ id, public_id }) => (public_id !== undefined && random.below(2) > 0 ? public_id : id));
  const mixed = [...ids, ...others];
  const query = random.below(2) > 0 ? [`ids=${mixed.join(',')}`] : mixed.map((id) => `ids[]=${id}`);
  return { query, isMet: (row) => chosen.some(({ id }) => id === row.id) };
}

/** Returns the query for a random order that the list supports; an empty list for the default order. */
export function orderOf({ orders }: Route, random: Random): string[] {
  return orders.length === 0 || random.below(3) === 0 ? [] : [`sort=${random.pick(orders)}`];
}
