import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/** Creates the tables for the customers of organizations at Stripe, and for their settings. */
export async function createCustomers(db: Kysely<unknown>): Promise<void> {
  await createTable(db);
  await createSettings(db);
}

/**
 * Creates the table with Stripe's last answer about each organization. `marks` rises when something may have changed at
 * Stripe. `fetched_marks` is the value of `marks` before the last fetch. The row is due while the two differ, and
 * `mark_source` is the reason. A process leases a customer to work on it, and can write only while the row has the
 * lease's fence. `state` is the subscription as JSON. `metered` lists the meters that the subscription has items for,
 * and `usage_due_at` is the time of the next check of the usage. `dunning_step` counts the reminders of a failed
 * payment. Rows stay as long as their organization. They identify no person except by the last digits of a card.
 */
async function createTable(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table customers (
      organization_id bigint primary key,
      stripe_customer_id text,
      state json not null,
      metered text[] not null default '{}',
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
      usage_due_at timestamptz,
      created_at timestamptz not null,
      constraint customers_mark_source_check check (mark_source in ('hook', 'write', 'return', 'sweep'))
    ) with (fillfactor = 80)`.execute(db);
  // The index has no organization, because Stripe's ids are unique in its account, and a hook contains no other
  // reference.
  await sql`create unique index customers_stripe_customer_id_idx on customers (stripe_customer_id)`.execute(db);
  // The index does not begin with the organization, because loops look for the due customers of all organizations.
  await sql`create index customers_due_at_idx on customers (due_at) where marks > fetched_marks`.execute(db);
  await sql`create index customers_past_due_since_idx on customers (past_due_since) where past_due_since is not null`.execute(
    db,
  );
  await sql`create index customers_fetched_at_idx on customers (fetched_at) where stripe_customer_id is not null`.execute(
    db,
  );
}

/**
 * Creates the table of the settings that organizations make for their invoices. `copied_revision` is the revision that
 * was last copied to the customer at Stripe. Rows stay as long as their organization. A `null` in a PATCH clears a
 * member.
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
  // The index does not begin with the organization, because a loop looks for the due copies of all organizations.
  await sql`create index settings_copy_due_at_idx on settings (copy_due_at) where copied_revision < revision`.execute(
    db,
  );
  // A loop checks the usage of organizations that pay for use beyond their plan.
  await sql`create index settings_spend_cap_cents_idx on settings (organization_id) where spend_cap_cents > 0`.execute(
    db,
  );
}
