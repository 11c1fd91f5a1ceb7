import { addRevision, createIdempotencyTable, createJobsTable } from '@drippulse/db';
import { createEventTables } from '@drippulse/events';
import { createMailsTable } from '@drippulse/mail';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createJobsTable(db);
  await createMailsTable(db);
  await createCustomers(db);
  await createOperations(db);
  await createHooks(db);
  await createSettings(db);
}

/**
 * What Stripe said last of each organization. `marks` rises when something may have changed there, `fetched_marks` is its value before
 * the last fetch: the row is due while they differ. `mark_source` says why. One process has a customer by its lease, and writes by its
 * fence. `state` is the subscription as JSON. `dunning_step` counts the reminders of a failed payment. Rows stay as long as their
 * organization; they name no person beyond the last digits of a card.
 */
async function createCustomers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table customers (
      organization_id bigint primary key,
      stripe_customer_id text,
      state json not null,
      sequence bigint not null default 0,
      past_due_since timestamptz,
      dunning_step integer not null default 0,
      marks bigint not null default 0,
      fetched_marks bigint not null default 0,
      mark_source text,
      due_at timestamptz not null,
      failures integer not null default 0,
      leased_until timestamptz,
      fence bigint not null default 0,
      fetched_at timestamptz,
      created_at timestamptz not null,
      constraint customers_mark_source_check check (mark_source in ('hook', 'write', 'return', 'sweep'))
    ) with (fillfactor = 80)`.execute(db);
  // Ids of Stripe are unique in its account, and a hook has nothing else.
  await sql`create unique index customers_stripe_customer_id_idx on customers (stripe_customer_id)`.execute(db);
  await sql`create index customers_due_at_idx on customers (due_at) where marks > fetched_marks`.execute(db);
  await sql`create index customers_past_due_since_idx on customers (past_due_since) where past_due_since is not null`.execute(
    db,
  );
  await sql`create index customers_fetched_at_idx on customers (fetched_at) where stripe_customer_id is not null`.execute(
    db,
  );
}

/**
 * Writes to Stripe, each committed before it is sent. `key` is that of our call, and the beginning of the keys by which Stripe knows a
 * repeat; `generation` is a part of them that changes after an answer that Stripe would only repeat. An organization has one that is
 * pending. Ended ones go after 90 days.
 */
async function createOperations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table operations (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      key uuid not null,
      kind text not null,
      input json not null,
      status text not null default 'pending',
      result json,
      error text,
      actor_type text not null,
      actor_id text not null,
      request_id text not null,
      address text not null,
      attempts integer not null default 0,
      generation integer not null default 0,
      due_at timestamptz not null,
      leased_until timestamptz,
      fence bigint not null default 0,
      is_reported boolean not null default false,
      created_at timestamptz not null,
      finished_at timestamptz,
      constraint operations_status_check check (status in ('pending', 'done', 'refused', 'abandoned')),
      constraint operations_organization_id_key_key unique (organization_id, key)
    )`.execute(db);
  await sql`create unique index operations_pending_idx on operations (organization_id) where status = 'pending'`.execute(
    db,
  );
  await sql`create index operations_due_at_idx on operations (due_at) where status = 'pending'`.execute(db);
  await sql`create index operations_finished_at_idx on operations (finished_at) where status <> 'pending'`.execute(db);
}

/** Events of Stripe that were taken: their ids, so that a repeat and a loss are seen. They go after 35 days; Stripe lists 30. */
async function createHooks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table hooks (
      id text primary key,
      type text not null,
      stripe_customer_id text,
      by_sweep boolean not null,
      received_at timestamptz not null
    )`.execute(db);
  await sql`create index hooks_received_at_idx on hooks (received_at)`.execute(db);
  await sql`
    create table sweeps (
      id integer primary key check (id = 1),
      due_at timestamptz not null,
      seen_until bigint not null
    )`.execute(db);
}

/**
 * What goes on invoices, as the organization has set it, and the revision that its customer at Stripe has. Rows stay as long as their
 * organization; `null` in a PATCH clears a member.
 */
async function createSettings(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table settings (
      organization_id bigint primary key,
      billing_email text,
      tax_id text,
      address json,
      spend_cap_cents bigint,
      copied_revision bigint not null default 0,
      copy_due_at timestamptz not null,
      updated_at timestamptz not null
    )`.execute(db);
  await addRevision(db, 'settings', { apart: ['copied_revision', 'copy_due_at'] });
  await sql`create index settings_copy_due_at_idx on settings (copy_due_at) where copied_revision < revision`.execute(
    db,
  );
}
