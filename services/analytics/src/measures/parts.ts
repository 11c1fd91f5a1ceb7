import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Period } from '../periods/period.ts';

/** A range of times in one rollup. `place` is the number of its period, from 1. */
type Part = { place: number; rollup: 'rollup_days' | 'rollup_quarters'; from: Date; until: Date };

/**
 * Builds a select of the rollup rows that make up several periods, with the period's `place` from 1. `areOfScope` are
 * conditions on rows; a row belongs to at most one of them. The times are constants, and every condition gets a select
 * of its own, so that the planner skips the partitions and the index entries that no period needs.
 */
export async function partsOf(
  db: Kysely<DB>,
  periods: readonly Period[],
  timezone: string,
  { columns, areOfScope }: { columns: RawBuilder<unknown>; areOfScope: readonly RawBuilder<unknown>[] },
): Promise<RawBuilder<unknown>> {
  const parts = await readParts(db, periods, timezone);
  const selects = parts.flatMap(({ place, rollup, from, until }) =>
    areOfScope.map(
      (isOfScope) => sql`
        select ${sql.lit(place)} as place, ${columns} from ${sql.id(rollup)}
        where ${isOfScope} and at >= ${from} and at < ${until}`,
    ),
  );
  return sql.join(selects, sql` union all `);
}

/**
 * Divides periods into whole days in the time zone, and the quarter hours before the first and after the last whole
 * day.
 */
async function readParts(db: Kysely<DB>, periods: readonly Period[], timezone: string): Promise<Part[]> {
  const { rows } = await sql<Part>`
    with given as (
      select place, from_at, until_at, date_trunc('day', until_at, ${timezone}::text) as last_day,
        case when date_trunc('day', from_at, ${timezone}::text) = from_at then from_at
          else date_trunc('day', date_trunc('day', from_at, ${timezone}::text) + interval '36 hours', ${timezone}::text)
        end as first_day
      from unnest(${periods.map(({ from }) => from)}::timestamptz[], ${periods.map(({ until }) => until)}::timestamptz[])
        with ordinality as given (from_at, until_at, place)),
    period as (
      select place, from_at, until_at, least(first_day, until_at) as first_day,
        greatest(least(first_day, until_at), last_day) as last_day
      from given)
    select place::int, rollup, part.from_at as "from", part.until_at as "until"
    from period, lateral (values
      ('rollup_quarters', from_at, first_day), ('rollup_days', first_day, last_day),
      ('rollup_quarters', last_day, until_at)) as part (rollup, from_at, until_at)
    where part.from_at < part.until_at`.execute(db);
  return rows;
}
