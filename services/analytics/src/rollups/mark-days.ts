import { type Kysely, type RawBuilder, sql } from 'kysely';
import { factHours } from '../db/partitions.ts';
import type { DB } from '../db/schema.ts';

/**
 * Maximum number of organizations in a statement. For each day of each organization, the statement probes the keys of
 * three tables, 60,000 probes in all.
 */
const pageOrganizations = 50;
/**
 * Maximum age, in hours, of days that are marked because they have sums. It is slightly less than the retention of
 * facts. Older days are not marked, because their facts are about to be deleted and their sums must stay.
 */
const sumHours = factHours - 48;

/** Requests that the days of all organizations be marked. The marking of an unfinished earlier rebuild starts again. */
export async function askForMarks(db: Kysely<DB>): Promise<void> {
  await sql`
    insert into rebuilds (marked_until) values (0)
    on conflict (is_only) do update set marked_until = excluded.marked_until`.execute(db);
}

/**
 * Marks the days (UTC) of the next organizations: days with facts, and days with sums but no facts. Days that are
 * marked for any other reason are recounted first. Returns false if no organization is left for this process. Days are
 * marked in a fixed order, so that two processes never deadlock.
 */
export async function markNext(db: Kysely<DB>): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows: asked } = await sql<{ marked_until: bigint }>`
      select marked_until from rebuilds for update skip locked`.execute(trx);
    const after = asked[0]?.marked_until;
    if (after === undefined) return false;
    const { rows } = await sql<{ last: bigint | null; is_full: boolean }>`
      with page as materialized (
        select organization_id from organizations where organization_id > ${after}
        order by organization_id limit ${sql.lit(pageOrganizations)}),
      marked as (
        insert into stale_days (organization_id, day, marked_at)
        select organization_id, (day.from at time zone 'UTC')::date, 'infinity'::timestamptz
        from page, ${keptDays} as day ("from")
        where coalesce(
          ${hasRow('facts')}, ${hasRow('step_facts')},
          ${hasRow('rollup_quarters', sql`and at >= now() - make_interval(hours => ${sql.lit(sumHours)})`)})
        order by 1, 2
        on conflict (organization_id, day) do nothing)
      select max(organization_id) as last, count(*) = ${sql.lit(pageOrganizations)} as is_full from page`.execute(trx);
    const [page] = rows;
    if (page?.is_full && page.last !== null)
      await trx.updateTable('rebuilds').set({ marked_until: page.last }).execute();
    else await trx.deleteFrom('rebuilds').execute();
    return true;
  });
}

/**
 * Builds a query of the starts of the days whose facts are kept, and of the next day, because a fact may be ahead of
 * the database's clock.
 */
const keptDays = sql`
  generate_series(
    date_trunc('day', now(), 'UTC') - make_interval(hours => ${sql.lit(factHours)}),
    date_trunc('day', now(), 'UTC') + interval '24 hours', interval '24 hours')`;

/**
 * Builds SQL that is true if the organization has a row on a day, and otherwise null. The `limit` keeps the planner
 * from joining the tables over the day.
 */
function hasRow(table: 'facts' | 'step_facts' | 'rollup_quarters', more = sql``): RawBuilder<unknown> {
  return sql`(
    select true from ${sql.id(table)} as kept
    where kept.organization_id = page.organization_id
      and at >= day.from and at < day.from + interval '24 hours' ${more} limit 1)`;
}
