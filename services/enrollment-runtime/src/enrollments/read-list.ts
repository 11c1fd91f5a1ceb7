import type { Page } from '@drippulse/db';
import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { type DueCount, dueQuery } from '../funnel/due-counts.ts';
import { type CounterRow, countersQuery } from '../funnel/funnel.ts';
import { type MarkRow, marksQuery } from '../funnel/marks.ts';
import { type LaneKey, laneQuery } from '../lanes/lock-lane.ts';
import { askedIds, type JoinedRow, type LocatedRow, rowsQuery, toRow } from './find-rows.ts';
import { countQuery, type Filter, idsQuery, isFiltered, type Slice } from './list-ids.ts';

/** A list as read. `found` contains the ids of the page and, if there is a next page, the first id of that page. */
export type ListRead = {
  /** The version that new enrollments enter. */
  version: number;
  found: bigint[];
  rows: LocatedRow[];
  now: Date;
  counters: CounterRow[];
  marks: MarkRow[];
  due: DueCount[];
  /** The number of matches, up to one more than the cap. Undefined if the page or the counters give the count. */
  count: bigint | undefined;
};

/** The first row has the values that concern the whole list. A page without enrollments has this row too. */
type Row = {
  lane_version: number;
  found: bigint[] | null;
  counters: string | null;
  marks: string | null;
  due: string | null;
  count: bigint | null;
} & ((JoinedRow & { place: bigint }) | { place: null });

/**
 * Reads a page of a list with its funnel. Returns undefined when the runtime has no such workflow. The page is read in
 * one statement, because one statement sees one snapshot, and each further statement would wait for a core and for a
 * turn of the event loop.
 */
export async function readList(
  ctx: Context,
  key: LaneKey,
  filter: Filter,
  slice: Slice,
): Promise<ListRead | undefined> {
  const { organizationId, workflowId } = key;
  const asked = askedIds(workflowId, sql`array(select id from found order by id desc limit ${slice.limit})`);
  const { rows } = await sql<Row>`
    with found as materialized (${idsQuery(workflowId, filter, { ...slice, limit: slice.limit + 1 })}),
    page as (
      select row_number() over (order by id desc) as place, enrollment.*
      from (${rowsQuery(ctx, organizationId, asked)}) as enrollment
    )
    select lane.version as lane_version, page.*,
      ${once(sql`array(select id from found order by id desc)`)} as found,
      ${once(listOf(countersQuery(workflowId, filter.mode)))} as counters,
      ${once(listOf(marksQuery(workflowId, filter.mode)))} as marks,
      ${once(listOf(dueQuery(ctx, workflowId)))} as due,
      ${once(countUnlessKnown(filter, slice, countQuery(workflowId, filter)))} as count
    from ${laneQuery(ctx.db.kysely, key)} as lane left join page on true
    order by page.place`.execute(ctx.db.kysely);
  const [first] = rows;
  if (first === undefined) return undefined;
  const enrollments = rows.filter((row) => row.place !== null);
  return {
    version: first.lane_version,
    found: first.found ?? [],
    rows: enrollments.map(toRow),
    now: enrollments[0]?.now ?? new Date(),
    counters: (JSON.parse(first.counters ?? '[]') as CounterText[]).map(toCounter),
    marks: JSON.parse(first.marks ?? '[]'),
    due: (JSON.parse(first.due ?? '[]') as DueText[]).map((due) => ({ ...due, count: BigInt(due.count) })),
    count: first.count ?? undefined,
  };
}

function once(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case when coalesce(page.place, 1) = 1 then ${value} end`;
}

function listOf(query: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select json_agg(listed) from (${query}) as listed)`;
}

/**
 * Returns the count query, unless the count is known. A last page that was read from the beginning gives the count, so
 * the text is not looked up twice.
 */
export function countUnlessKnown(
  filter: Filter,
  { after, offset, limit }: Slice,
  count: RawBuilder<unknown>,
): RawBuilder<unknown> {
  if (!isFiltered(filter)) return sql`null::bigint`;
  if (after !== undefined) return sql`(${count})`;
  return sql`
    case when (select count(*) > ${limit} or (count(*) = 0 and ${offset > 0}) from found) then (${count}) end`;
}

/** Returns the count, if the page is the last one. */
export function countFromPage({ after, offset, limit }: Page, found: number): { totalCount: bigint } | undefined {
  const isLast = after === undefined && found <= limit && (found > 0 || offset === 0);
  return isLast ? { totalCount: BigInt(offset + found) } : undefined;
}

/** Counters are numbers, because they stay below 2^53. */
type CounterText = { [Name in keyof CounterRow]: Name extends 'step_id' ? string : number };
type DueText = Omit<DueCount, 'count'> & { count: number };

function toCounter({ step_id, active, paused, completed, failed, cancelled }: CounterText): CounterRow {
  return {
    step_id,
    active: BigInt(active),
    paused: BigInt(paused),
    completed: BigInt(completed),
    failed: BigInt(failed),
    cancelled: BigInt(cancelled),
  };
}
