import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { EnrollmentStatus } from './enrollment-row.ts';

/** What a list asks for, within one workflow that the caller may see. */
export type Filter = {
  workflowId: bigint;
  /** Set for a test key, which sees test enrollments only. */
  mode: 'test' | undefined;
  status: EnrollmentStatus | undefined;
  stepIndex: number | undefined;
  leadRef: string | undefined;
  q: string | undefined;
};

export type Slice = { after: bigint | undefined; offset: number; limit: number };

/** Counts are exact up to here. */
const countCap = 10_000;
/** What the index over references holds of one. */
const indexedReference = 64;

export function isFiltered({ status, stepIndex, leadRef, q }: Filter): boolean {
  return [status, stepIndex, leadRef, q].some((value) => value !== undefined);
}

/** Ids of a page, newest first. */
export async function listIds(db: Kysely<DB>, filter: Filter, slice: Slice): Promise<bigint[]> {
  const most = slice.offset + slice.limit;
  const { rows } = await sql<{ id: bigint }>`
    select id from (${matching(filter, slice.after, sql`order by id desc limit ${most}`)}) as found
    order by id desc offset ${slice.offset} limit ${slice.limit}`.execute(db);
  return rows.map((row) => row.id);
}

/** How many match, at most one more than the cap. */
export async function countMatching(
  db: Kysely<DB>,
  filter: Filter,
): Promise<{ totalCount: bigint; totalCountIsMinimum?: true }> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from (
      select 1 from (${matching(filter, undefined, sql`limit ${countCap + 1}`)}) as found limit ${countCap + 1}
    ) as counted`.execute(db);
  const count = rows[0]?.count ?? 0n;
  return count > BigInt(countCap) ? { totalCount: BigInt(countCap), totalCountIsMinimum: true } : { totalCount: count };
}

/** Driven by the narrowest table that knows the filter: identities by reference or text, else where they stand. */
function matching(filter: Filter, after: bigint | undefined, end: RawBuilder<unknown>): RawBuilder<unknown> {
  const isByIdentity = filter.leadRef !== undefined || filter.q !== undefined;
  if (isByIdentity || !isFiltered(filter)) return identities(filter, after, end);
  const parts = [
    ...(isLiving(filter.status) ? [places('runs', filter, after, end)] : []),
    ...(isEnded(filter.status) ? [places('outcomes', filter, after, end)] : []),
  ];
  return sql.join(
    parts.map((part) => sql`(${part})`),
    sql` union all `,
  );
}

function identities(filter: Filter, after: bigint | undefined, end: RawBuilder<unknown>): RawBuilder<unknown> {
  const conditions = [
    sql`e.workflow_id = ${filter.workflowId}`,
    ...(after === undefined ? [] : [sql`e.id < ${after}`]),
    ...(filter.mode === undefined ? [] : [sql`e.mode = 'test'`]),
    ...(filter.leadRef === undefined ? [] : [byReference(filter.leadRef)]),
    ...(filter.q === undefined ? [] : [sql`e.search like ${searchPattern(filter.q)}`]),
    ...(filter.status === undefined && filter.stepIndex === undefined ? [] : [sql`exists (${placeOfOne(filter)})`]),
  ];
  return sql`select e.id from enrollments as e where ${sql.join(conditions, sql` and `)} ${end}`;
}

function byReference(leadRef: string): RawBuilder<unknown> {
  return sql`left(e.lead_ref, ${sql.lit(indexedReference)}) = left(${leadRef}, ${sql.lit(indexedReference)})
    and e.lead_ref = ${leadRef}`;
}

function placeOfOne(filter: Filter): RawBuilder<unknown> {
  const at = (table: 'runs' | 'outcomes') => sql`
    select 1 from ${sql.table(table)} as place
    where place.workflow_id = e.workflow_id and place.enrollment_id = e.id ${standing(filter)}`;
  return sql`${at('runs')} union all ${at('outcomes')}`;
}

function places(
  table: 'runs' | 'outcomes',
  filter: Filter,
  after: bigint | undefined,
  end: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const before = after === undefined ? sql`` : sql`and place.enrollment_id < ${after}`;
  const mode = filter.mode === undefined ? sql`` : sql`and place.mode = 'test'`;
  return sql`
    select place.enrollment_id as id from ${sql.table(table)} as place
    where place.workflow_id = ${filter.workflowId} ${before} ${mode} ${standing(filter)} ${end}`;
}

function standing({ status, stepIndex }: Filter): RawBuilder<unknown> {
  const byStatus = status === undefined ? sql`` : sql`and place.status = ${sql.lit(status)}`;
  const byStep = stepIndex === undefined ? sql`` : sql`and place.step_index = ${stepIndex}`;
  return sql`${byStatus} ${byStep}`;
}

function isLiving(status: EnrollmentStatus | undefined): boolean {
  return status === undefined || status === 'active' || status === 'paused';
}

function isEnded(status: EnrollmentStatus | undefined): boolean {
  return status === undefined || !isLiving(status);
}

/** Three characters and more match anywhere, fewer only the beginning of a value; see `searchTextOf`. */
function searchPattern(q: string): string {
  const text = q.toLowerCase().replace(/[\\%_]/g, '\\$&');
  return [...q].length < 3 ? `%\n${text}%` : `%${text}%`;
}
