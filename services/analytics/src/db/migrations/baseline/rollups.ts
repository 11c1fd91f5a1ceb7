import { createPartitions } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/**
 * Creates the tables of the rollups, which are sums of facts by quarter hour (UTC), and by day of the organization's
 * time zone. A row belongs to one dimension and one workflow. Workflow 0 stands for all workflows.
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
  // A day is recounted by deleting and summing its rows by time. The primary key has four columns before the time, so
  // without this index each day would read all rows of the organization in the month.
  await sql`create index rollup_quarters_organization_id_at_idx on rollup_quarters (organization_id, at)`.execute(db);
  await createStaleDays(db);
}

/** Creates the tables for the days that must be recounted, and for the state of a rebuild. */
async function createStaleDays(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table stale_days (
      organization_id bigint not null,
      day date not null,
      marked_at timestamptz not null,
      primary key (organization_id, day)
    )`.execute(db);
  // The index does not begin with the organization, because a loop takes the days of all organizations in the order of
  // their marks.
  await sql`create index stale_days_marked_at_idx on stale_days (marked_at)`.execute(db);
  // The table of the rebuild that is still marking days. At most one exists. The days of organizations with ids up to
  // `marked_until` are marked. If a process dies, any other process continues.
  await sql`
    create table rebuilds (
      is_only boolean primary key default true,
      marked_until bigint not null,
      constraint rebuilds_is_only_check check (is_only)
    )`.execute(db);
}
