import { type CreatedFilters, createdConditions, type IdRange, idConditions } from '@drippulse/db';
import { type RawBuilder, sql } from 'kysely';
import type { EnrollmentStatus, Mode } from './enrollment-row.ts';
import { containsText, joinTexts } from './search-blocks.ts';
import { addressPart, patternOf, searchedPart } from './search-text.ts';

/** The filter of a list. A list shows one mode. */
export type Filter = {
  mode: Mode;
  status?: EnrollmentStatus | undefined;
  /**
   * Whether the list shows only the people who are held out. By default, the list shows only the people who are not
   * held out.
   */
  holdout?: boolean | undefined;
  stepIndex?: number | undefined;
  leadRef?: string | undefined;
  email?: string | undefined;
  q?: string | undefined;
  ids?: readonly bigint[] | undefined;
  created?: CreatedFilters | undefined;
  /** The ids that match the range of `created`; see `rowConditions` of the library. */
  idRange?: IdRange | undefined;
};

/** A workflow that the caller may see: its id, or SQL for the id. */
export type WorkflowId = bigint | RawBuilder<bigint>;

/** `least` is a lower bound of the ids in the page. */
export type Slice = { after: bigint | undefined; offset: number; limit: number; least?: RawBuilder<unknown> };
type Window = Pick<Slice, 'after' | 'least'>;

/** Counts are exact up to this number. */
export const countCap = 10_000;
/** Number of characters of a reference that are indexed. */
const indexedReference = 64;

export function isFiltered(filter: Filter): boolean {
  const { status, stepIndex, leadRef, email, q, ids = [], created = {}, holdout = false } = filter;
  const values = [status, stepIndex, leadRef, email, q, created.createdSince, created.createdUntil];
  return holdout || ids.length > 0 || values.some((value) => value !== undefined);
}

/** Selects the ids for one page of a workflow's list, newest first. */
export function idsQuery(workflowId: WorkflowId, filter: Filter, slice: Slice): RawBuilder<{ id: bigint }> {
  const most = slice.offset + slice.limit;
  return sql`
    select id from (${matching(workflowId, filter, slice, sql`order by id desc limit ${most}`)}) as found
    order by id desc offset ${slice.offset} limit ${slice.limit}`;
}

/** Selects all matching ids, in no particular order. Use it for filters with few matches. */
export function everyIdQuery(workflowId: WorkflowId, filter: Filter): RawBuilder<{ id: bigint }> {
  return sql`${matching(workflowId, filter, { after: undefined }, sql``)}`;
}

/** Counts the matches in a workflow, up to one more than the cap. */
export function countQuery(workflowId: WorkflowId, filter: Filter): RawBuilder<{ count: bigint }> {
  return sql`select count(*) as count from (${countedQuery(workflowId, filter)}) as counted`;
}

/** Selects one row per match, up to one more than the cap. */
export function countedQuery(workflowId: WorkflowId, filter: Filter): RawBuilder<unknown> {
  const end = sql`limit ${countCap + 1}`;
  return sql`select 1 from (${matching(workflowId, filter, { after: undefined }, end)}) as found ${end}`;
}

/** Converts a count to the form that a list shows. */
export function toTotal(count: bigint): { totalCount: bigint; totalCountIsMinimum?: true } {
  return count > BigInt(countCap) ? { totalCount: BigInt(countCap), totalCountIsMinimum: true } : { totalCount: count };
}

/**
 * Selects the matching ids. Few enrollments share a reference, so a filter by reference starts from the reference.
 * Otherwise a filter by status or step starts from `runs` and `outcomes`, and the planner may start from the text
 * instead.
 */
function matching(
  workflowId: WorkflowId,
  filter: Filter,
  window: Window,
  end: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const isByPlace = filter.status !== undefined || filter.stepIndex !== undefined || filter.holdout === true;
  const isByRow = filter.leadRef !== undefined || hasIds(filter);
  if (!isByPlace || isByRow) return identities(workflowId, filter, window, end);
  const wanted = standings(filter);
  if (wanted.length === 0) return sql`select 0::bigint as id where false`;
  return sql.join(
    wanted.map((standing) => sql`(${places(workflowId, standing, filter, window, end)})`),
    sql` union all `,
  );
}

function hasIds({ ids = [] }: Filter): boolean {
  return ids.length > 0;
}

function identities(
  workflowId: WorkflowId,
  filter: Filter,
  window: Window,
  end: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const conditions = [
    sql`e.workflow_id = ${workflowId}`,
    ...rangeConditions(sql`e.id`, filter, window),
    sql`e.mode = ${sql.lit(filter.mode)}`,
    filter.holdout ? sql`e.is_holdout` : sql`not e.is_holdout`,
    ...(filter.leadRef === undefined ? [] : [byReference(filter.leadRef)]),
    ...personConditions(filter),
    ...(filter.status === undefined && filter.stepIndex === undefined ? [] : [sql`exists (${placeOfOne(filter)})`]),
  ];
  const texts = isByText(filter) ? joinTexts(workflowId) : sql``;
  return sql`select e.id from enrollments as e ${texts} where ${sql.join(conditions, sql` and `)} ${end}`;
}

/** Returns the conditions on the id. */
function rangeConditions(
  id: RawBuilder<unknown>,
  { ids = [], idRange }: Filter,
  { after, least }: Window,
): RawBuilder<unknown>[] {
  return [
    ...(least === undefined ? [] : [sql`${id} >= ${least}`]),
    ...(after === undefined ? [] : [sql`${id} < ${after}`]),
    ...(ids.length === 0 ? [] : [sql`${id} = any(${ids}::bigint[])`]),
    ...(idRange === undefined ? [] : idConditions(idRange, id)),
  ];
}

function isByText({ q, email }: Filter): boolean {
  return q !== undefined || email !== undefined;
}

/** Returns the conditions on unindexed columns of `e` and on its search text. */
function personConditions({ q, email, created }: Filter): RawBuilder<unknown>[] {
  return [
    ...(q === undefined ? [] : [byText(searchedPart(q))]),
    ...(email === undefined ? [] : [byEmail(email)]),
    ...(created === undefined ? [] : createdConditions(created, 'e.created_at')),
  ];
}

/**
 * Returns the condition for an address. If the part up to the `@` is long enough, only this part is looked up in the
 * search texts, because many texts contain the same domain. A blank address matches nobody.
 */
function byEmail(email: string): RawBuilder<unknown> {
  const address = addressPart(email);
  if (address === undefined) return sql`false`;
  const local = address.slice(0, address.lastIndexOf('@') + 1);
  return sql`${byText(local.length > 3 ? local : address)} and lower(btrim(e.email)) = lower(btrim(${email}))`;
}

function placeOfOne(filter: Filter): RawBuilder<unknown> {
  const at = (table: 'runs' | 'outcomes') => sql`
    select 1 from ${sql.table(table)} as place
    where place.workflow_id = e.workflow_id and place.enrollment_id = e.id
      and ${sql.join([sql`true`, ...placeConditions(placeStatus(filter), filter.stepIndex)], sql` and `)}`;
  return sql`${at('runs')} union all ${at('outcomes')}`;
}

/** Returns the status as it is stored: people who are held out have the stored status `holdout`. */
function placeStatus({ status, holdout }: Filter): Standing['status'] {
  return holdout && status === 'completed' ? 'holdout' : status;
}

function byReference(leadRef: string): RawBuilder<unknown> {
  return sql`left(e.lead_ref, ${sql.lit(indexedReference)}) = left(${leadRef}, ${sql.lit(indexedReference)})
    and e.lead_ref = ${leadRef}`;
}

function byText(part: string): RawBuilder<unknown> {
  return containsText(sql`${part}`, sql`${patternOf(part)}`);
}

type Standing = { table: 'runs' | 'outcomes'; status: EnrollmentStatus | 'holdout' | undefined };

/**
 * Returns the statuses to read, with their tables. Outcomes of a step are read status by status, in the order of the
 * index. If the filter has a text, all outcomes are read together, so that the text is looked up only once. The index
 * of runs has the runs of a step in order across statuses.
 */
function standings({ status, holdout, ...filter }: Filter): Standing[] {
  if (holdout) return status === undefined || status === 'completed' ? [{ table: 'outcomes', status: 'holdout' }] : [];
  if (status === 'active' || status === 'paused') return [{ table: 'runs', status }];
  if (status !== undefined) return [{ table: 'outcomes', status }];
  const ended = isByText(filter) ? [undefined] : (['completed', 'failed', 'cancelled'] as const);
  return [{ table: 'runs', status }, ...ended.map((each) => ({ table: 'outcomes' as const, status: each }))];
}

function places(
  workflowId: WorkflowId,
  { table, status }: Standing,
  filter: Filter,
  window: Window,
  end: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const ofPerson = personConditions(filter);
  const texts = isByText(filter) ? joinTexts(workflowId) : sql``;
  const people = sql`
    join enrollments as e on e.workflow_id = place.workflow_id and e.id = place.enrollment_id ${texts}`;
  const conditions = [
    sql`place.workflow_id = ${workflowId}`,
    ...rangeConditions(sql`place.enrollment_id`, filter, window),
    sql`place.mode = ${sql.lit(filter.mode)}`,
    ...placeConditions(status, filter.stepIndex),
    ...(status === undefined && table === 'outcomes' ? [sql`place.status <> 'holdout'`] : []),
    ...ofPerson,
  ];
  return sql`
    select place.enrollment_id as id from ${sql.table(table)} as place ${ofPerson.length === 0 ? sql`` : people}
    where ${sql.join(conditions, sql` and `)} ${end}`;
}

function placeConditions(status: Standing['status'], stepIndex: number | undefined): RawBuilder<unknown>[] {
  return [
    ...(status === undefined ? [] : [sql`place.status = ${sql.lit(status)}`]),
    ...(stepIndex === undefined ? [] : [sql`place.step_index = ${stepIndex}`]),
  ];
}
