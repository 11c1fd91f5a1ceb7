import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { type CreatedFilters, type CreatedRange, createdConditions, readCreatedRange } from './created-range.ts';

/**
 * The filters of every list of rows. An empty `ids` means that there is no such filter, because the codec refuses an
 * empty filter.
 */
export type RowFilters = CreatedFilters & { ids: readonly bigint[] };

/** The columns by which a list is filtered. */
type RowColumns = { id: string; createdAt: string };

/**
 * Maximum number of milliseconds by which a row's time can precede the time of a row with a lower id. Ids come from a
 * sequence, whereas the time is the start of the transaction or the clock of a process. No transaction lasts this long.
 */
const disorderMs = 300_000;

/**
 * Returns the conditions of a list's filters by time of creation and ids. `rows` selects from the list's table by the
 * columns that precede the id in an index, such as the organization. The list is ordered by id, so a range of time is
 * read as a range of ids. Otherwise a list of a short period long ago would read all newer rows.
 */
export async function rowConditions<DB, TB extends keyof DB, O>(
  db: Kysely<DB>,
  rows: SelectQueryBuilder<DB, TB, O>,
  filters: RowFilters,
  columns: RowColumns = { id: 'id', createdAt: 'created_at' },
): Promise<RawBuilder<boolean>> {
  const id = sql.ref(columns.id);
  const created = createdConditions(filters, columns.createdAt);
  if (filters.ids.length > 0) return all([sql<boolean>`${id} = any(${filters.ids}::bigint[])`, ...created]);
  if (created.length === 0) return sql<boolean>`true`;
  const bare = rows.clearSelect();
  const ids = await idsWithin(db, readCreatedRange(filters), {
    last: sql`select max(${id}) from (${bare.select(sql`${id}`.as(columns.id))}) as listed`,
    from: (least) =>
      bare
        .select([sql<bigint>`${id}`.as('id'), sql<Date>`${sql.ref(columns.createdAt)}`.as('created_at')])
        .where(sql<boolean>`${id} >= ${least}`)
        .orderBy(sql`${id}`)
        .limit(1),
  });
  return all([...idConditions(ids, id), ...created]);
}

/** Ids of at least `from` and below `before`. */
export type IdRange = { from: bigint | undefined; before: bigint | undefined };

export function idConditions({ from, before }: IdRange, id: RawBuilder<unknown>): RawBuilder<boolean>[] {
  return [
    ...(from === undefined ? [] : [sql<boolean>`${id} >= ${from}`]),
    ...(before === undefined ? [] : [sql<boolean>`${id} < ${before}`]),
  ];
}

/**
 * Rows in the order of their ids. `last` selects the highest id. `from` selects the `id` and `created_at` of the first
 * row whose id is at least `least`.
 */
type OrderedRows = { last: RawBuilder<unknown>; from(least: RawBuilder<unknown>): Subquery };
type Subquery = RawBuilder<unknown> | SelectQueryBuilder<never, never, unknown>;

/**
 * Finds a range of ids that contains all rows of a range of time, and few others. For each end of the range, it reads
 * about one row for each bit of the highest id.
 */
export async function idsWithin<DB>(
  db: Kysely<DB>,
  { since, until }: CreatedRange,
  rows: OrderedRows,
): Promise<IdRange> {
  const from = since && firstFrom(rows, new Date(since.getTime() - disorderMs));
  const before = until && firstFrom(rows, new Date(until.getTime() + disorderMs));
  const { rows: found } = await sql<{ from: bigint | null; before: bigint | null }>`
    select ${from ?? sql`null::bigint`} as from, ${before ?? sql`null::bigint`} as before`.execute(db);
  return { from: found[0]?.from ?? undefined, before: found[0]?.before ?? undefined };
}

/**
 * Finds an id by bisection: the last row below this id was created before `time`; the first row at or above it was not.
 */
function firstFrom({ last, from }: OrderedRows, time: Date): RawBuilder<unknown> {
  return sql`(
    with recursive search (low, high) as (
      select 0::bigint, coalesce((${last}), 0) + 1
      union all
      select case when is_before then found.id + 1 else low end, case when is_before then high else middle end
      from search
      cross join lateral (select (low + high) / 2 as middle) as half
      left join lateral (${from(sql`half.middle`)}) as found on true
      cross join lateral (select coalesce(found.id < high and found.created_at < ${time}, false) as is_before) as side
      where low < high
    )
    select low from search where low >= high
  )`;
}

function all(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}
