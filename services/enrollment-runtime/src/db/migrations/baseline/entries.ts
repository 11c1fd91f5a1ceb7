import { type Kysely, sql } from 'kysely';

/** Contacts that did not enter, or have not entered yet. Their addresses are in lower case. */
export async function createEntries(db: Kysely<unknown>): Promise<void> {
  await createRefused(db);
  await createHeld(db);
  await createLines(db);
  await createNotices(db);
}

/**
 * Contacts that a rule kept out. Rows are kept for 90 days, because people ask why somebody did not enter. A row has
 * only the keys of the contact.
 */
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
  await indexPeople(db, 'refused_entries');
  await sql`create index refused_entries_refused_at_idx on refused_entries (refused_at)`.execute(db);
}

/**
 * Contacts that wait for a quota, in the order in which they came. The rows of contacts whose wait has expired stay for
 * a while.
 */
async function createHeld(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table held_entries (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      workflow_id bigint not null,
      agent_id bigint,
      held_at timestamptz not null,
      -- When the quota was to be asked again as the contact came. Its line says when it is.
      retry_at timestamptz not null,
      expires_at timestamptz not null,
      hops integer not null,
      mode text not null check (mode in ('live', 'test')),
      status text not null default 'waiting' check (status in ('waiting', 'expired')),
      reason text not null,
      timezone text not null,
      email text,
      lead_ref text,
      cause text,
      contact json not null
    )`.execute(db);
  await indexPeople(db, 'held_entries');
  await sql`create index held_entries_workflow_id_idx on held_entries (workflow_id, id)`.execute(db);
  await sql`create index held_entries_organization_id_id_idx on held_entries (organization_id, id)`.execute(db);
  await sql`create index held_entries_expires_at_idx on held_entries (expires_at)`.execute(db);
}

/** An erasure and an explanation look up a person by either key. */
async function indexPeople(db: Kysely<unknown>, table: string): Promise<void> {
  for (const key of ['email', 'lead_ref']) {
    await sql`create index ${sql.ref(`${table}_${key}_idx`)} on ${sql.table(table)}
      (organization_id, left(${sql.ref(key)}, 64), id) where ${sql.ref(key)} is not null`.execute(db);
  }
}

/**
 * The time at which the first contact in an organization's line is checked again. An organization has one line over all
 * its workflows, so only one row changes when the organization's limit rises.
 */
async function createLines(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table held_lines (
      organization_id bigint primary key,
      retry_at timestamptz not null
    )`.execute(db);
  await sql`create index held_lines_retry_at_idx on held_lines (retry_at)`.execute(db);
}

/**
 * The next mail to the admins about contacts that wait for a quota: how many began to wait and how many expired since
 * the last mail, and when the next mail is due. A row stays as long as its organization, so that there is at most one
 * mail a day.
 */
async function createNotices(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table held_notices (
      organization_id bigint primary key,
      held bigint not null default 0,
      expired bigint not null default 0,
      due_at timestamptz,
      sent_at timestamptz
    )`.execute(db);
  await sql`create index held_notices_due_at_idx on held_notices (due_at) where due_at is not null`.execute(db);
}
