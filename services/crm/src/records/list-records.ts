import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, encodeCursor, type PageRequest, pageTotals, readPage } from '@drippulse/db';
import { callerOf } from '@drippulse/rpc';
import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { type Collection, type RecordRow, tables } from './collection.ts';
import { type CommonFilters, type Condition, commonConditions } from './conditions.ts';
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
  const conditions = [
    sql`organization_id = ${callerOf(call).organizationId}`,
    sql`deleted_at is null`,
    ...[...commonConditions(request), ...further].filter((condition) => condition !== undefined),
  ];
  const slice = page.after === undefined ? conditions : [...conditions, isBehind(order, page.after)];
  // One more than asked for tells whether anything follows.
  const { rows: found } = await sql<Row>`
    ${selectRecords(collection, all(slice))} ${orderBy(order)} offset ${page.offset} limit ${page.limit + 1}`.execute(
    kysely,
  );
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  // A first page that holds all there are counts them itself.
  const isWhole = page.after === undefined && page.offset === 0 && found.length <= page.limit;
  const count = isWhole
    ? { totalCount: BigInt(found.length) }
    : await countUpTo(kysely, countable(ctx, collection, all(conditions)));
  return {
    rows,
    totals: {
      ...count,
      nextCursor: found.length > page.limit && last ? encodeCursor(cursorOf(order, last)) : undefined,
      ...pageTotals(page, count.totalCount),
    },
  };
}

function countable<Row extends RecordRow>(ctx: Context, { type }: Collection<Row>, condition: RawBuilder<unknown>) {
  return ctx.db.kysely.selectFrom(tables[type].table).select('id').where(sql<boolean>`${condition}`);
}

function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join(conditions, sql` and `);
}
