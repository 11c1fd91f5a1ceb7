import { createIdempotencyTable } from '@drippulse/db';
import { createOutboxTables } from '@drippulse/events';
import { type Kysely, sql } from 'kysely';
import { createRangePartitions } from '../range-partitions.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createOutboxTables(db);
  await createLanes(db);
  await createEnrollments(db);
  await createRuns(db);
  await createOutcomes(db);
  await createTimeline(db);
  await createEffects(db);
  await createDeliveries(db);
  await createCounters(db);
  await createRemovals(db);
}

/** One row for each workflow: what may run, and when it next has something to do. */
async function createLanes(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lanes (
      workflow_id bigint primary key,
      organization_id bigint not null,
      sequence bigint not null,
      version integer not null,
      state text not null check (state in ('draft', 'active', 'paused', 'archived', 'deleted')),
      running boolean not null generated always as (state not in ('paused', 'deleted')) stored,
      catching_up boolean not null default false,
      draining boolean not null default false,
      wake_at timestamptz,
      updated_at timestamptz not null default now(),
      name text not null
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)`.execute(db);
  await sql`create index lanes_wake_at_idx on lanes (wake_at) include (organization_id, workflow_id)
    where running and wake_at is not null`.execute(db);
  await sql`create index lanes_draining_idx on lanes (workflow_id) where draining`.execute(db);
  await sql`
    create table workflow_versions (
      workflow_id bigint not null,
      version integer not null,
      steps json not null,
      primary key (workflow_id, version)
    )`.execute(db);
}

/**
 * Written once, at entry, and never updated: the index over the search text costs more than a whole run. Where an
 * enrollment stands is in `runs` while it lives and in `outcomes` once it has ended, in exactly one of them.
 */
async function createEnrollments(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence enrollments_id_seq as bigint`.execute(db);
  // Numbers the changes of enrollments for the events that tell them; each transaction takes 16, for up to 16 events.
  await sql`create sequence enrollment_changes_seq as bigint increment 16`.execute(db);
  await sql`
    create table enrollments (
      workflow_id bigint not null,
      id bigint not null,
      organization_id bigint not null,
      agent_id bigint,
      created_at timestamptz not null,
      key uuid not null,
      version integer not null,
      mode text not null check (mode in ('live', 'test')),
      timezone text not null,
      lead_ref text,
      email text,
      first_name text,
      last_name text,
      search text,
      contact json not null,
      primary key (workflow_id, id)
    )`.execute(db);
  await sql`create index enrollments_lead_ref_idx on enrollments (workflow_id, left(lead_ref, 64), id)
    where lead_ref is not null`.execute(db);
  await sql`create index enrollments_test_idx on enrollments (workflow_id, id) where mode = 'test'`.execute(db);
  await sql`create index enrollments_search_idx on enrollments
    using gin (workflow_id, search ${sql.raw(await trigramOperators(db))}) where search is not null`.execute(db);
}

/** Both extensions are trusted, so that a role which may create in the database makes them itself; else an admin did. */
async function trigramOperators(db: Kysely<unknown>): Promise<string> {
  await sql`create extension if not exists pg_trgm with schema public`.execute(db);
  await sql`create extension if not exists btree_gin with schema public`.execute(db);
  const { rows } = await sql<{ name: string }>`
    select quote_ident(nspname) || '.gin_trgm_ops' as name
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm'`.execute(db);
  return rows[0]?.name ?? 'gin_trgm_ops';
}

/**
 * The living ones, hot and narrow. A run is due by `wake_at`, or held by a worker until `lease_until`, or neither while
 * a person holds it: each row is in at most one of the two partial indexes, so a claim writes no more than one index.
 */
async function createRuns(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table runs (
      workflow_id bigint not null,
      enrollment_id bigint not null,
      organization_id bigint not null,
      next_run_at timestamptz,
      wake_at timestamptz,
      lease_until timestamptz,
      updated_at timestamptz not null,
      fence integer not null default 0,
      version integer not null,
      step_index integer not null default 0,
      attempt integer not null default 0,
      lines integer not null default 0,
      error_line integer,
      mode text not null,
      status text not null default 'active' check (status in ('active', 'paused')),
      phase text not null default 'ready' check (phase in ('ready', 'waiting', 'effect')),
      visits json,
      primary key (workflow_id, enrollment_id)
    ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`.execute(db);
  await sql`create index runs_wake_at_idx on runs (workflow_id, wake_at) where wake_at is not null`.execute(db);
  await sql`create index runs_lease_until_idx on runs (workflow_id, lease_until) where lease_until is not null`.execute(
    db,
  );
  await sql`create index runs_step_index_idx on runs (workflow_id, step_index, enrollment_id)`.execute(db);
  await sql`create index runs_paused_idx on runs (workflow_id, enrollment_id) where status = 'paused'`.execute(db);
  await sql`create index runs_test_idx on runs (workflow_id, step_index, enrollment_id) where mode = 'test'`.execute(
    db,
  );
  // Data apart from the hot row, and only where they differ from the contact; `state` is what a retry goes on from.
  await sql`
    create table run_data (
      enrollment_id bigint primary key,
      data json not null,
      state json
    )`.execute(db);
}

/** The ended ones, written at the end. */
async function createOutcomes(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outcomes (
      workflow_id bigint not null,
      enrollment_id bigint not null,
      organization_id bigint not null,
      ended_at timestamptz not null,
      version integer not null,
      step_index integer not null,
      lines integer not null,
      error_line integer,
      mode text not null,
      status text not null check (status in ('completed', 'failed', 'cancelled')),
      primary key (workflow_id, enrollment_id)
    )`.execute(db);
  await sql`create index outcomes_status_idx on outcomes (workflow_id, status, enrollment_id)`.execute(db);
  await sql`create index outcomes_step_index_idx on outcomes (workflow_id, step_index, enrollment_id)`.execute(db);
  await sql`create index outcomes_test_status_idx on outcomes (workflow_id, status, enrollment_id)
    where mode = 'test'`.execute(db);
  await sql`create index outcomes_test_step_index_idx on outcomes (workflow_id, step_index, enrollment_id)
    where mode = 'test'`.execute(db);
}

/** Step id, name and type are not repeated: the version, which never changes, has them by index. */
async function createTimeline(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table timeline (
      enrollment_id bigint not null,
      at timestamptz not null,
      duration_ms double precision,
      sequence integer not null,
      step_index integer not null,
      attempt integer not null,
      status text not null,
      message text not null,
      error text,
      output json,
      primary key (enrollment_id, sequence)
    ) partition by range (enrollment_id)`.execute(db);
  await createRangePartitions(db, 'timeline', 0n);
}

/** An intent is committed before its effect is performed, and holds the rendered request, so that repeats are equal. */
async function createEffects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table effects (
      enrollment_id bigint not null,
      workflow_id bigint not null,
      organization_id bigint not null,
      created_at timestamptz not null,
      finished_at timestamptz,
      step_index integer not null,
      attempt integer not null,
      effect_key text not null,
      step_id text not null,
      kind text not null,
      status text not null default 'pending' check (status in ('pending', 'succeeded', 'skipped', 'failed')),
      request json not null,
      result json,
      primary key (enrollment_id, effect_key)
    ) partition by range (enrollment_id)`.execute(db);
  await createRangePartitions(db, 'effects', 0n);
}

async function createDeliveries(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table deliveries (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      workflow_id bigint not null,
      enrollment_id bigint not null,
      queued_at timestamptz not null,
      sent_at timestamptz,
      opened_at timestamptz,
      clicked_at timestamptz,
      attempts integer not null default 0,
      status text not null,
      channel text not null,
      integration_id text not null,
      receiver text not null,
      subject text not null,
      effect_key text not null,
      step_id text not null,
      message_id text not null,
      provider_message_id text,
      error text,
      constraint deliveries_enrollment_id_effect_key_key unique (enrollment_id, effect_key)
    )`.execute(db);
}

/** Where the enrollments of a workflow stand; an ended one counts at the step it ended on. Sums over it are the totals. */
async function createCounters(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table counters (
      workflow_id bigint not null,
      version integer not null,
      step_id text not null,
      mode text not null,
      active bigint not null default 0,
      paused bigint not null default 0,
      completed bigint not null default 0,
      failed bigint not null default 0,
      cancelled bigint not null default 0,
      primary key (workflow_id, version, step_id, mode)
    ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(db);
}

/** The audit line of an enrollment that was deleted. */
async function createRemovals(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table removals (
      organization_id bigint not null,
      enrollment_id bigint not null,
      workflow_id bigint not null,
      removed_at timestamptz not null,
      status text not null,
      actor_type text not null,
      actor_id text not null,
      primary key (organization_id, enrollment_id)
    )`.execute(db);
}
