import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { isLaneState, type LaneState } from '../lanes/lane.ts';
import { type JoinedRow, type LocatedRow, rowsQuery, toRow } from './find-rows.ts';
import { idRangeOf } from './id-range.ts';
import { countCap, countedQuery, type Filter, idsQuery, isFiltered, type Slice } from './list-ids.ts';
import { countUnlessKnown } from './read-list.ts';

/** The workflows of an organization, or one of them. */
type Scope = { organizationId: bigint; workflowId: bigint | undefined };

/** An enrollment with its workflow, from the runtime's own copy. */
type RowOfAll = { row: LocatedRow; workflow: { name: string; state: LaneState; version: number } };

/**
 * A page of a list across workflows. `found` and `count` are as in `ListRead`; `total` is the count without filters.
 */
type AllRead = {
  found: bigint[];
  rows: RowOfAll[];
  now: Date;
  count: bigint | undefined;
  total: bigint | undefined;
};

/** Number of workflows whose enrollments are searched when a range of time is converted into a range of ids. */
const timedWorkflows = 20;

type LaneColumns = { lane_name: string; lane_state: string; lane_version: number };
type Row = { found: bigint[] | null; count: bigint | null; total: bigint | null } & (
  | (JoinedRow & LaneColumns & { place: bigint })
  | { place: null }
);

/**
 * Reads a page of the enrollments of an organization by the indexes of each workflow, because an index over the
 * organization would add a cost to every enrollment. The page is read in one statement, for the reasons given at
 * `readList`.
 */
export async function readAll(ctx: Context, scope: Scope, asked: Filter, slice: Slice): Promise<AllRead> {
  const filter = await withIdRange(ctx, scope, asked);
  const shownIds = sql`(select workflow_id, id from found order by id desc limit ${slice.limit})`;
  const { rows } = await sql<Row>`
    with ${foundQueries(scope, filter, slice)},
    page as (
      select row_number() over (order by id desc) as place, enrollment.*
      from (${rowsQuery(ctx, scope.organizationId, shownIds)}) as enrollment
    )
    select page.*, lane.name as lane_name, lane.state as lane_state, lane.version as lane_version,
      ${once(sql`array(select id from found order by id desc)`)} as found,
      ${once(countUnlessKnown(filter, slice, countOfAll(filter)))} as count,
      ${once(isFiltered(filter) ? sql`null::bigint` : totalQuery(filter))} as total
    from (select) as one
    left join page on true
    left join lanes as lane on lane.workflow_id = page.workflow_id
    order by page.place`.execute(ctx.db.kysely);
  const [first] = rows;
  const shown = rows.filter((row) => row.place !== null);
  return {
    found: first?.found ?? [],
    rows: shown.map(toRowOfAll),
    now: shown[0]?.now ?? new Date(),
    count: first?.count ?? undefined,
    total: first?.total ?? undefined,
  };
}

/**
 * Finds the rows of a page, and one row of the next page. First finds the newest match of each workflow, and keeps the
 * newest `most` of these matches. If there are that many, no row of the page is older than the oldest kept match. A
 * page therefore costs one lookup in each workflow, plus the rows that it shows.
 */
function foundQueries(scope: Scope, filter: Filter, { after, offset, limit }: Slice): RawBuilder<unknown> {
  const most = offset + limit + 1;
  const oldest = sql`(select case when count(*) < ${most} then 0 else min(id) end from heads)`;
  const newest = idsQuery(sql<bigint>`own.workflow_id`, filter, { after, offset: 0, limit: 1 });
  const listed = idsQuery(sql<bigint>`heads.workflow_id`, filter, { after, offset: 0, limit: most, least: oldest });
  return sql`
    own as materialized (${lanesQuery(scope, filter)}),
    heads as materialized (
      select own.workflow_id, head.id from own cross join lateral (${newest}) as head
      order by head.id desc limit ${most}
    ),
    found as materialized (
      select heads.workflow_id, listed.id from heads cross join lateral (${listed}) as listed
      order by listed.id desc offset ${offset} limit ${limit + 1}
    )`;
}

function countOfAll(filter: Filter): RawBuilder<unknown> {
  const matching = countedQuery(sql<bigint>`own.workflow_id`, filter);
  return sql`
    select count(*) from (
      select from own cross join lateral (${matching}) as matching limit ${countCap + 1}
    ) as counted`;
}

/**
 * Selects the lanes of the scope. A live list leaves out the workflows of test keys. Live workflows may have test
 * enrollments.
 */
function lanesQuery({ organizationId, workflowId }: Scope, { mode }: Filter): RawBuilder<{ workflow_id: bigint }> {
  return sql`
    select workflow_id from lanes
    where organization_id = ${organizationId} and state <> 'deleted'
      ${mode === 'live' ? sql`and mode = 'live'` : sql``}
      ${workflowId === undefined ? sql`` : sql`and workflow_id = ${workflowId}`}`;
}

function totalQuery({ mode }: Filter): RawBuilder<unknown> {
  return sql`(
    select coalesce(sum(active + completed + failed + cancelled), 0)::bigint
    from own join counters using (workflow_id) where mode = ${mode})`;
}

function once(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case when coalesce(page.place, 1) = 1 then ${value} end`;
}

function toRowOfAll(row: JoinedRow & LaneColumns): RowOfAll {
  const { lane_name: name, lane_state: state, lane_version: version } = row;
  if (!isLaneState(state)) throw new Error(`the lane of workflow ${row.workflow_id} has the state ${state}`);
  return { row: toRow(row), workflow: { name, state, version } };
}

/**
 * Adds the range of ids to the filter. Only the workflows with the most enrollments are searched, because their
 * enrollments give the tightest range.
 */
async function withIdRange(ctx: Context, scope: Scope, filter: Filter): Promise<Filter> {
  const { created = {}, ids = [] } = filter;
  if (ids.length > 0 || (created.createdSince === undefined && created.createdUntil === undefined)) return filter;
  const { rows } = await sql<{ id: bigint }>`
    select workflow_id as id from (${lanesQuery(scope, filter)}) as own join counters using (workflow_id)
    group by workflow_id order by sum(active + completed + failed + cancelled) desc limit ${timedWorkflows}`.execute(
    ctx.db.kysely,
  );
  const idRange = await idRangeOf(
    ctx.db.kysely,
    rows.map(({ id }) => id),
    created,
  );
  return { ...filter, idRange };
}
