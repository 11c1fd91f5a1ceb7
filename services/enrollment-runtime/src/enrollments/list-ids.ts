import { type RawBuilder, sql } from 'kysely';
import type { EnrollmentStatus, Mode } from './enrollment-row.ts';
import { containsText, joinTexts } from './search-blocks.ts';
import { patternOf, searchedPart } from './search-text.ts';

/** The filter of a list within one workflow, which the caller may see. A list shows one mode. */
export type Filter = {
  workflowId: bigint;
  mode: Mode;
  status: EnrollmentStatus | undefined;
  stepIndex: number | undefined;
  leadRef: string | undefined;
  q: string | undefined;
};

export type Slice = { after: bigint | undefined; offset: number; limit: number };

/** Counts are exact up to here. */
const countCap = 10_000;
/** Characters of a reference that are indexed. */
const indexedReference = 64;

export function isFiltered({ status, stepIndex, leadRef, q }: Filter): boolean {
  return [status, stepIndex, leadRef, q].some((value) => value !== undefined);
}

/** Selects the ids of a page, newest first. */
export function idsQuery(filter: Filter, slice: Slice): RawBuilder<{ id: bigint }> {
  const most = slice.offset + slice.limit;
  return sql`
    select id from (${matching(filter, slice.after, sql`order by id desc limit ${most}`)}) as found
    order by id desc offset ${slice.offset} limit ${slice.limit}`;
}

/** Selects how many match, at most one more than the cap. */
export function countQuery(filter: Filter): RawBuilder<{ count: bigint }> {
  return sql`
    select count(*) as count from (
      select 1 from (${matching(filter, undefined, sql`limit ${countCap + 1}`)}) as found limit ${countCap + 1}
    ) as counted`;
}

/** The count as a list shows it. */
export function toTotal(count: bigint): { totalCount: bigint; totalCountIsMinimum?: true } {
  return count > BigInt(countCap) ? { totalCount: BigInt(countCap), totalCountIsMinimum: true } : { totalCount: count };
}

/**
 * Few enrollments have one reference, so a filter by reference starts from it. Otherwise a filter by status or step
 * starts there, and the planner may start from the text instead.
 */
function matching(filter: Filter, after: bigint | undefined, end: RawBuilder<unknown>): RawBuilder<unknown> {
  const isByPlace = filter.status !== undefined || filter.stepIndex !== undefined;
  if (!isByPlace || filter.leadRef !== undefined) return identities(filter, after, end);
  return sql.join(
    standings(filter).map((standing) => sql`(${places(standing, filter, after, end)})`),
    sql` union all `,
  );
}

function identities(filter: Filter, after: bigint | undefined, end: RawBuilder<unknown>): RawBuilder<unknown> {
  const conditions = [
    sql`e.workflow_id = ${filter.workflowId}`,
    ...(after === undefined ? [] : [sql`e.id < ${after}`]),
    sql`e.mode = ${sql.lit(filter.mode)}`,
    ...(filter.leadRef === undefined ? [] : [byReference(filter.leadRef)]),
    ...(filter.q === undefined ? [] : [byText(filter.q)]),
    ...(filter.status === undefined && filter.stepIndex === undefined ? [] : [sql`exists (${placeOfOne(filter)})`]),
  ];
  const texts = filter.q === undefined ? sql`` : joinTexts(filter.workflowId);
  return sql`select e.id from enrollments as e ${texts} where ${sql.join(conditions, sql` and `)} ${end}`;
}

function placeOfOne(filter: Filter): RawBuilder<unknown> {
  const at = (table: 'runs' | 'outcomes') => sql`
    select 1 from ${sql.table(table)} as place
    where place.workflow_id = e.workflow_id and place.enrollment_id = e.id
      and ${sql.join([sql`true`, ...placeConditions(filter.status, filter.stepIndex)], sql` and `)}`;
  return sql`${at('runs')} union all ${at('outcomes')}`;
}

function byReference(leadRef: string): RawBuilder<unknown> {
  return sql`left(e.lead_ref, ${sql.lit(indexedReference)}) = left(${leadRef}, ${sql.lit(indexedReference)})
    and e.lead_ref = ${leadRef}`;
}

function byText(q: string): RawBuilder<unknown> {
  const part = searchedPart(q);
  return containsText(sql`${part}`, sql`${patternOf(part)}`);
}

type Standing = { table: 'runs' | 'outcomes'; status: EnrollmentStatus | undefined };

/**
 * Outcomes of a step are read status by status, as the index has them in order. With a text they are read together, so
 * that the text is looked up once. Runs of a step are in order whatever their status.
 */
function standings({ status, q }: Filter): Standing[] {
  if (status === 'active' || status === 'paused') return [{ table: 'runs', status }];
  if (status !== undefined) return [{ table: 'outcomes', status }];
  const ended = q === undefined ? (['completed', 'failed', 'cancelled'] as const) : [undefined];
  return [{ table: 'runs', status }, ...ended.map((each) => ({ table: 'outcomes' as const, status: each }))];
}

function places(
  { table, status }: Standing,
  filter: Filter,
  after: bigint | undefined,
  end: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const { workflowId, mode, stepIndex, q } = filter;
  const texts = sql`
    join enrollments as e on e.workflow_id = place.workflow_id and e.id = place.enrollment_id ${joinTexts(workflowId)}`;
  const conditions = [
    sql`place.workflow_id = ${workflowId}`,
    ...(after === undefined ? [] : [sql`place.enrollment_id < ${after}`]),
    sql`place.mode = ${sql.lit(mode)}`,
    ...placeConditions(status, stepIndex),
    ...(q === undefined ? [] : [byText(q)]),
  ];
  return sql`
    select place.enrollment_id as id from ${sql.table(table)} as place ${q === undefined ? sql`` : texts}
    where ${sql.join(conditions, sql` and `)} ${end}`;
}

function placeConditions(status: EnrollmentStatus | undefined, stepIndex: number | undefined): RawBuilder<unknown>[] {
  return [
    ...(status === undefined ? [] : [sql`place.status = ${sql.lit(status)}`]),
    ...(stepIndex === undefined ? [] : [sql`place.step_index = ${stepIndex}`]),
  ];
}
