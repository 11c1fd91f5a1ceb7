import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, type Page, type PageRequest, pageTotals, type RowCount, readPage } from '@drippulse/db';
import { callerOf } from '@drippulse/rpc';
import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Collection, RecordRow } from './collection.ts';
import { all, type CommonFilters, type Condition, commonConditions } from './conditions.ts';
import { countGroups, prepareCount } from './count-records.ts';
import { cursorOf, isBehind, type Order, orderBy, readGroup, readOrder } from './order.ts';
import { selectRecords } from './rows.ts';
import { type Group, searchGroups } from './search.ts';

/**
 * A list of the live records of an organization. The list consists of groups, one after the other, and all groups are
 * ordered in the same way.
 */
type List<Row extends RecordRow> = {
  collection: Collection<Row>;
  live: RawBuilder<boolean>;
  groups: readonly Group[];
  order: Order;
  /** Start of the page: the start of the first group, or the position after a row of a group. */
  start: { group: number; behind: readonly RawBuilder<boolean>[] };
};

type Counter = () => Promise<RowCount>;

/**
 * Lists a page of the live records that meet the conditions, and returns the list response with its counts and cursors.
 */
export async function listRecords<Row extends RecordRow>(
  ctx: Context,
  call: HandlerContext,
  collection: Collection<Row>,
  request: PageRequest & CommonFilters & { sort?: string },
  further: readonly Condition[],
) {
  const filters = [...commonConditions(collection.type, request), ...further].filter(
    (condition) => condition !== undefined,
  );
  const groups = searchGroups(collection.type, request.q).map((group) => ({
    ...group,
    filters: [...filters, ...group.filters],
  }));
  const live = sql<boolean>`organization_id = ${callerOf(call).organizationId} and deleted_at is null`;
  const order = readOrder(collection, request.sort);
  const page = readPage(request, ['text', 'text', 'text', 'bigint']);
  const list = { collection, live, groups, order, start: startOf(page, order, groups.length) };
  const counters = groups.map((group) => prepareCount(ctx.db.kysely, collection.type, live, group));
  const count: Counter[] = counters.map((counter) => once(async () => (await counter)()));
  const [found] = await Promise.all([readRows(ctx, list, page, count), ...counters]);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  // A first page that contains all rows needs no separate count.
  const isWhole = page.after === undefined && page.offset === 0 && found.length <= page.limit;
  const counted = isWhole ? { totalCount: BigInt(found.length) } : await countGroups(count);
  return {
    rows: rows.map(({ row }) => row),
    totals: {
      ...counted,
      nextCursor: found.length > page.limit && last ? encodeCursor(cursorOf(order, last.row, last.group)) : undefined,
      ...pageTotals(page, counted.totalCount),
    },
  };
}

function startOf({ after }: Page, order: Order, groups: number) {
  if (after === undefined) return { group: 0, behind: [] };
  return { group: readGroup(after, groups), behind: [isBehind(order, after)] };
}

/** Reads the rows of the page with their groups, and one additional row if a further page follows. */
async function readRows<Row extends RecordRow>(
  ctx: Context,
  list: List<Row>,
  page: Page,
  count: readonly Counter[],
): Promise<{ row: Row; group: number }[]> {
  const { collection, live, groups, order, start } = list;
  const found: { row: Row; group: number }[] = [];
  let { offset } = page;
  for (const [group, { terms, filters }] of groups.entries()) {
    if (group < start.group) continue;
    const behind = group === start.group ? start.behind : [];
    const conditions = [live, ...terms.map(({ lookedUp }) => lookedUp), ...filters, ...behind];
    const { rows } = await sql<Row>`${selectRecords(collection, all(conditions))} ${orderBy(order)}
      offset ${offset} limit ${page.limit + 1 - found.length}`.execute(ctx.db.kysely);
    found.push(...rows.map((row) => ({ row, group })));
    if (found.length > page.limit) break;
    offset = await offsetAfter(offset, rows.length, count[group]);
  }
  return found;
}

/**
 * Returns the number of rows to skip in the next group: 0 if this group gave rows, else the offset minus the number of
 * rows in this group.
 */
async function offsetAfter(offset: number, given: number, count: Counter | undefined): Promise<number> {
  if (offset === 0 || given > 0 || count === undefined) return 0;
  const { totalCount } = await count();
  return Math.max(0, offset - Number(totalCount));
}

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= run();
    return result;
  };
}
