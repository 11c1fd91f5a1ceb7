import { type Kysely, sql } from 'kysely';

/** Contacts that did not enter, and goals. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createRefused(db);
  await createHeld(db);
  await createGoals(db);
  await createMarks(db);
}

/** Contacts that a rule kept out, for 90 days: people ask why somebody did not enter. Of a contact only its keys are kept. */
async function createRefused(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table refused_entries (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      workflow_id bigint not null,
      refused_at timestamptz not null,
      allowed_at timestamptz,
      version integer not null,
      mode text not null check (mode in ('live', 'test')),
      reason text not null,
      email text,
      lead_ref text
    )`.execute(db);
  // Addresses are in lower case.
  await sql`create index refused_entries_email_idx on refused_entries (organization_id, left(email, 64), id)
    where email is not null`.execute(db);
  await sql`create index refused_entries_lead_ref_idx on refused_entries (organization_id, left(lead_ref, 64), id)
    where lead_ref is not null`.execute(db);
  await sql`create index refused_entries_refused_at_idx on refused_entries (refused_at)`.execute(db);
}

/** Contacts that wait for a quota, in the order in which they came. */
async function createHeld(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table held_entries (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      workflow_id bigint not null,
      agent_id bigint,
      held_at timestamptz not null,
      -- When the quota is asked again.
      retry_at timestamptz not null,
      expires_at timestamptz not null,
      hops integer not null,
      mode text not null check (mode in ('live', 'test')),
      reason text not null,
      timezone text not null,
      email text,
      lead_ref text,
      cause text,
      contact json not null
    )`.execute(db);
  await sql`create index held_entries_retry_at_idx on held_entries (retry_at)`.execute(db);
  await sql`create index held_entries_workflow_id_idx on held_entries (workflow_id, id)`.execute(db);
  await sql`create index held_entries_email_idx on held_entries (organization_id, left(email, 64), id)
    where email is not null`.execute(db);
  await sql`create index held_entries_lead_ref_idx on held_entries (organization_id, left(lead_ref, 64), id)
    where lead_ref is not null`.execute(db);
}

/** Goals of enrollments that were met, and the contacts whose events can meet goals, by halves of the digests of their keys. */
async function createGoals(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table goals_met (
      workflow_id bigint not null,
      enrollment_id bigint not null,
      met_at timestamptz not null,
      goal text not null,
      primary key (workflow_id, enrollment_id, goal)
    )`.execute(db);
  await sql`
    create table goal_watches (
      organization_id bigint not null,
      contact_key bigint not null,
      workflow_id bigint not null,
      enrollment_id bigint not null,
      -- Null while the run lasts.
      expires_at timestamptz,
      primary key (organization_id, contact_key, enrollment_id)
    )`.execute(db);
  await sql`create index goal_watches_enrollment_id_idx on goal_watches (enrollment_id)`.execute(db);
  await sql`create index goal_watches_expires_at_idx on goal_watches (expires_at) where expires_at is not null`.execute(
    db,
  );
}

/** Counts of a workflow that belong to no step: enrollments that goals ended, goals that were met, and people held out. */
async function createMarks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table funnel_marks (
      workflow_id bigint not null,
      number bigint not null,
      mode text not null,
      kind text not null check (kind in ('exited_by', 'goal', 'holdout')),
      name text not null,
      primary key (workflow_id, mode, kind, name)
    ) with (fillfactor = 50)`.execute(db);
}
