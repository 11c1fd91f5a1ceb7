import { createPartitions } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/**
 * Sums of facts by the quarter hour (UTC), and by the day of the organization's time zone. A row belongs to one
 * dimension, and to one workflow. Workflow 0 stands for all of them.
 */
export async function createRollups(db: Kysely<unknown>): Promise<void> {
  for (const table of ['rollup_quarters', 'rollup_days']) {
    await sql`
      create table ${sql.id(table)} (
        organization_id bigint not null,
        mode text not null,
        kind smallint not null,
        dimension smallint not null,
        workflow_id bigint not null,
        at timestamptz not null,
        version integer not null,
        variant text not null,
        key text not null,
        count bigint not null,
        amount bigint not null,
        primary key (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key)
      ) partition by range (at)`.execute(db);
    await createPartitions(db, table, new Date(), 'month');
  }
  // A recounted day is deleted and summed up by its time. In the primary key, the time follows four other columns, so
  // each day would read all rows of the organization in the month.
  await sql`create index rollup_quarters_organization_id_at_idx on rollup_quarters (organization_id, at)`.execute(db);
  await createStaleDays(db);
}

/** The days that must be recounted. */
async function createStaleDays(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table stale_days (
      organization_id bigint not null,
      day date not null,
      marked_at timestamptz not null,
      primary key (organization_id, day)
    )`.execute(db);
  // The organization does not lead: a loop takes the days of all organizations in the order in which they were marked.
  await sql`create index stale_days_marked_at_idx on stale_days (marked_at)`.execute(db);
  // The rebuild that is still marking days; there is at most one. The days of organizations up to `marked_until` are
  // marked. If a process dies, any other continues.
  await sql`
    create table rebuilds (
      is_only boolean primary key default true,
      marked_until bigint not null,
      constraint rebuilds_is_only_check check (is_only)
    )`.execute(db);
}
