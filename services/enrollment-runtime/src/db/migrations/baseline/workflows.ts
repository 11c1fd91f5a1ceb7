import { type Kysely, sql } from 'kysely';

/** The tables with the runtime's own copy of workflows. */
export async function createWorkflows(db: Kysely<unknown>): Promise<void> {
  await createLanes(db);
  await createVersions(db);
  await createSchedules(db);
  await createEventTriggers(db);
}

/** One row for each workflow: whether it may run, and when it is next due. */
async function createLanes(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lanes (
      workflow_id bigint primary key,
      organization_id bigint not null,
      sequence bigint not null,
      version integer not null,
      mode text not null check (mode in ('live', 'test')),
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
  // An erasure visits the workflows of an organization one after the other.
  await sql`create index lanes_organization_id_workflow_id_idx on lanes (organization_id, workflow_id)`.execute(db);
}

/**
 * A version never changes. `steps` is JSON text in which credentials are masked. `sealed` is the workflows service's
 * sealed box with the masked texts; it is null when nothing is masked. `settings` is JSON text with the further
 * settings that differ from their defaults.
 */
async function createVersions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table workflow_versions (
      workflow_id bigint not null,
      version integer not null,
      steps json not null,
      settings text not null,
      sealed bytea,
      primary key (workflow_id, version)
    )`.execute(db);
}

/** One row for each active workflow whose trigger is a schedule. */
async function createSchedules(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table schedules (
      workflow_id bigint primary key,
      organization_id bigint not null,
      next_tick_at timestamptz not null,
      frequency text not null,
      timezone text not null
    )`.execute(db);
  await sql`create index schedules_next_tick_at_idx on schedules (next_tick_at)`.execute(db);
}

/** One row for each active or paused workflow that an event starts. */
async function createEventTriggers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table event_triggers (
      workflow_id bigint primary key,
      organization_id bigint not null,
      mode text not null check (mode in ('live', 'test')),
      event_name text not null
    )`.execute(db);
  await sql`create index event_triggers_organization_id_mode_event_name_idx
    on event_triggers (organization_id, mode, event_name, workflow_id)`.execute(db);
}
