import { createIdempotencyTable, createPartitions } from '@drippulse/db';
import { createEventTables } from '@drippulse/events';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createOrganizations(db);
  await createFacts(db);
  await createRollups(db);
}

/** Organizations with facts. Writers of rollups lock the row: those who add together, those who count anew alone. */
async function createOrganizations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table organizations (
      organization_id bigint primary key,
      timezone text not null
    )`.execute(db);
  await sql`
    create table stale_days (
      organization_id bigint not null,
      day date not null,
      marked_at timestamptz not null,
      primary key (organization_id, day)
    )`.execute(db);
  await sql`create index stale_days_marked_at_idx on stale_days (marked_at)`.execute(db);
}

/** Events as they happened. The key begins with organization and time, so that a day of an organization is one range. */
async function createFacts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table facts (
      organization_id bigint not null,
      at timestamptz not null,
      id uuid not null,
      kind smallint not null,
      mode text not null,
      workflow_id bigint,
      version integer,
      variant text,
      step_id text,
      category text,
      domain text,
      subject_id bigint,
      ms bigint,
      amount bigint,
      currency text,
      primary key (organization_id, at, id, kind),
      constraint facts_mode_check check (mode in ('live', 'test'))
    ) partition by range (at)`.execute(db);
  await createPartitions(db, 'facts', new Date());
}

/**
 * Sums of facts by the quarter hour (UTC), and by the day of the organization's time zone. A row is of one dimension, and of one
 * workflow or (0) of all of them.
 */
async function createRollups(db: Kysely<unknown>): Promise<void> {
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
}
