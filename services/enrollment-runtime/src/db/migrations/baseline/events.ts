import { createPartitions, databaseNow } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/** Events of contacts, their consequences, and the enrollments that wait for them. */
export async function createEvents(db: Kysely<unknown>): Promise<void> {
  await createLog(db);
  await createContacts(db);
  await createAnswers(db);
  for (const table of ['events', 'event_contacts', 'event_answers']) {
    await createPartitions(db, table, await databaseNow(db));
  }
  await createKeys(db);
  await createWaits(db);
  await createSpreading(db);
  await createNames(db);
}

/** The log of events. Only an erasure changes an event. */
async function createLog(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table events (
      organization_id bigint not null,
      accepted_at timestamptz(3) not null,
      occurred_at timestamptz(3) not null,
      erased_at timestamptz,
      mode text not null check (mode in ('live', 'test')),
      source text not null check (source in ('api', 'crm', 'mail')),
      hops integer not null,
      id text not null,
      name text not null,
      cause text,
      contact json not null,
      properties json not null,
      refs json,
      primary key (organization_id, mode, accepted_at, id)
    ) partition by range (accepted_at)`.execute(db);
  await sql`create index events_name_idx on events (organization_id, mode, name, accepted_at, id)`.execute(db);
  await sql`create index events_id_idx on events (organization_id, id)`.execute(db);
}

/**
 * The people whom events are about, with one row per contact key. The key includes the mode. `contact_key` is a short
 * digest of the key and contains no address.
 */
async function createContacts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table event_contacts (
      organization_id bigint not null,
      accepted_at timestamptz(3) not null,
      contact_key uuid not null,
      mode text not null check (mode in ('live', 'test')),
      event_name text not null,
      event_id text not null,
      primary key (organization_id, contact_key, event_name, accepted_at, event_id)
    ) partition by range (accepted_at)`.execute(db);
}

/**
 * The consequences of events: the enrollments that an event started or resumed, and the workflows that it did not
 * start. They are written by the transactions that looked for them. An event that nothing awaits has no row.
 */
async function createAnswers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table event_answers (
      organization_id bigint not null,
      accepted_at timestamptz(3) not null,
      part integer not null,
      event_id text not null,
      mode text not null check (mode in ('live', 'test')),
      answers json not null,
      primary key (organization_id, event_id, accepted_at, part)
    ) partition by range (accepted_at)`.execute(db);
}

/** Digests of the idempotency keys of events, kept for seven days. */
async function createKeys(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table event_keys (
      organization_id bigint not null,
      accepted_at timestamptz(3) not null,
      key uuid not null,
      mode text not null check (mode in ('live', 'test')),
      event_id text not null,
      primary key (organization_id, mode, key)
    ) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05)`.execute(db);
  await sql`create index event_keys_accepted_at_idx on event_keys (accepted_at)`.execute(db);
}

/**
 * The events that parked enrollments wait for. There is a row for each combination of a key of the contact and an event
 * that the step lists. `place` is the position of the event in the step's list.
 */
async function createWaits(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table waits (
      organization_id bigint not null,
      enrollment_id bigint not null,
      workflow_id bigint not null,
      parked_at timestamptz not null,
      expires_at timestamptz not null,
      contact_key uuid not null,
      place integer not null,
      mode text not null check (mode in ('live', 'test')),
      event_name text not null,
      effect_key text not null,
      step_id text not null,
      exit text not null,
      match json,
      primary key (organization_id, mode, event_name, contact_key, enrollment_id, place)
    ) with (autovacuum_vacuum_scale_factor = 0.02)`.execute(db);
  await sql`create index waits_enrollment_id_idx on waits (enrollment_id)`.execute(db);
}

/**
 * Events that start or resume more enrollments than fit in one transaction. `after_workflow_id` is null once all
 * workflows are done, and `after_enrollment_id` is null once all waits are done.
 */
async function createSpreading(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table spreading_events (
      organization_id bigint not null,
      accepted_at timestamptz(3) not null,
      after_workflow_id bigint,
      after_enrollment_id bigint,
      parts integer not null,
      mode text not null check (mode in ('live', 'test')),
      event_id text not null,
      primary key (organization_id, event_id)
    )`.execute(db);
  await sql`create index spreading_events_accepted_at_idx on spreading_events (accepted_at)`.execute(db);
}

/**
 * The events that steps of a workflow wait for, in any of its versions. The CRM is asked for the person of a change
 * only if some step waits for changes of that name.
 */
async function createNames(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table awaited_names (
      organization_id bigint not null,
      workflow_id bigint not null,
      mode text not null check (mode in ('live', 'test')),
      event_name text not null,
      primary key (organization_id, mode, event_name, workflow_id)
    )`.execute(db);
}
