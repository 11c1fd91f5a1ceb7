import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, type PageRequest, pageTotals, readPage } from '@drippulse/db';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Collection, RecordRow } from './collection.ts';
import { all, type CommonFilters, type Condition, commonConditions, wordsOf } from './conditions.ts';
import { prepareCount } from './count-records.ts';
import { cursorOf, isBehind, orderBy, readOrder } from './order.ts';
import { selectRecords } from './rows.ts';

/** A page of the live records that meet the conditions, with the members of a list response beside them. */
export async function listRecords<Row extends RecordRow>(
  ctx: Context,
  call: HandlerContext,
  collection: Collection<Row>,
  request: PageRequest & CommonFilters & { sort?: string },
  further: readonly Condition[],
) {
  const { kysely } = ctx.db;
  const order = readOrder(collection, request.sort);
  const page = readPage(request, ['text', 'text', 'text']);
  const live = sql<boolean>`organization_id = ${callerOf(call).organizationId} and deleted_at is null`;
  const words = wordsOf(request.q);
  const filters = [...commonConditions(request), ...further].filter((condition) => condition !== undefined);
  const conditions = [live, ...words.map(({ lookedUp }) => lookedUp), ...filters];
  const slice = page.after === undefined ? conditions : [...conditions, isBehind(order, page.after)];
  // One more than asked for tells whether anything follows.
  const select = sql<Row>`
    ${selectRecords(collection, all(slice))} ${orderBy(order)} offset ${page.offset} limit ${page.limit + 1}`;
  const [{ rows: found }, count] = await Promise.all([
    select.execute(kysely),
    prepareCount(kysely, collection.type, { live, words, filters }),
  ]);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  // A first page that holds all there are counts them itself.
  const isWhole = page.after === undefined && page.offset === 0 && found.length <= page.limit;
  const counted = isWhole ? { totalCount: BigInt(found.length) } : await count();
  return {
    rows,
    totals: {
      ...counted,
      nextCursor: found.length > page.limit && last ? encodeCursor(cursorOf(order, last)) : undefined,
      ...pageTotals(page, counted.totalCount),
    },
  };
}
