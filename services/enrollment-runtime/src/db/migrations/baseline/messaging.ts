import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/** Senders, sending rules, suppressions, and the ledger of sends. */
export async function createMessaging(db: Kysely<unknown>): Promise<void> {
  await createSenders(db);
  await createSendingDomains(db);
  await createSendingRules(db);
  await createSuppressions(db);
  await createSends(db);
  await createSendSlots(db);
}

/** The sender of an organization's mails. An organization without a row sends as the platform. */
async function createSenders(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table senders (
      organization_id bigint primary key,
      from_name text,
      from_email text,
      reply_to text,
      postal_address text,
      categories json not null default '[]',
      updated_at timestamptz not null default now()
    )`.execute(db);
  await addRevision(db, 'senders');
}

/**
 * Domains that an organization may send from. Any organization may claim a domain; it owns the domain once the domain's
 * records are found. A verified domain is looked up again at `next_check_at`. `missed_checks` is the number of
 * consecutive checks that did not find the domain's records.
 */
async function createSendingDomains(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sending_domains (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      domain text not null,
      token text not null,
      selector text not null,
      public_key text not null,
      private_key bytea not null,
      created_at timestamptz not null,
      checked_at timestamptz,
      verified_at timestamptz,
      next_check_at timestamptz(3),
      missed_checks integer not null default 0,
      txt_found boolean not null default false,
      dkim_found boolean not null default false,
      constraint sending_domains_organization_id_domain_key unique (organization_id, domain)
    )`.execute(db);
  // The index covers all organizations on purpose: a domain has one owner.
  await sql`create unique index sending_domains_domain_key on sending_domains (domain)
    where verified_at is not null`.execute(db);
  await sql`create index sending_domains_next_check_at_idx on sending_domains (next_check_at)
    where verified_at is not null`.execute(db);
}

/**
 * The sending rules of an organization. `rules` has the form that the API shows. `has_competition` is true if planned
 * sends must be recorded; see `haveCompetition`.
 */
async function createSendingRules(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sending_rules (
      organization_id bigint primary key,
      rules json not null,
      has_competition boolean not null default false,
      updated_at timestamptz not null default now()
    )`.execute(db);
  await addRevision(db, 'sending_rules');
}

/** Addresses that get no mail. A row without a category suppresses all mail. A row stays until somebody removes it. */
async function createSuppressions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table suppressions (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      mode text not null check (mode in ('live', 'test')),
      email text not null,
      channel text not null,
      category text,
      reason text not null check (reason in ('unsubscribe', 'bounce', 'complaint', 'manual')),
      source text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create unique index suppressions_email_key
    on suppressions (organization_id, mode, email, channel, coalesce(category, ''), reason)`.execute(db);
  await sql`create index suppressions_mode_idx on suppressions (organization_id, mode, id)`.execute(db);
  // Used to count the suppressions that were added in the last day.
  await sql`create index suppressions_created_at_idx on suppressions using brin (created_at)
    with (pages_per_range = 32, autosummarize = on)`.execute(db);
}

/**
 * The ledger of sends. There is a row for each send, under the key of its effect. A row with `placed_at` counts against
 * caps. Sends that are only planned also have rows if sends compete. Rows are kept for 90 days. An update changes no
 * index, except the indexes of held sends.
 */
async function createSends(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sends (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      workflow_id bigint not null,
      enrollment_id bigint not null,
      planned_at timestamptz not null,
      due_at timestamptz not null,
      expires_at timestamptz,
      placed_at timestamptz,
      slot_at timestamptz,
      decided_at timestamptz,
      lost_to_workflow_id bigint,
      lost_to_enrollment_id bigint,
      priority integer not null,
      mode text not null check (mode in ('live', 'test')),
      status text not null check (status in ('pending', 'held', 'sending', 'sent', 'failed', 'skipped')),
      channel text not null,
      class text not null,
      category text,
      step_id text not null,
      effect_key text not null,
      contact_key text not null,
      ref_key text,
      decision text,
      rule text,
      reason text,
      -- The sender as it was when the send got its place, so that each attempt has the same bytes.
      frame json,
      -- The result of a send that the mail server took. Its process may die before the effect has the result: nothing
      -- is sent again then.
      result json,
      constraint sends_organization_id_effect_key_key unique (organization_id, effect_key)
    ) with (fillfactor = 80)`.execute(db);
  await sql`create index sends_contact_key_idx on sends (contact_key)`.execute(db);
  await sql`create index sends_ref_key_idx on sends (ref_key) where ref_key is not null`.execute(db);
  await sql`create index sends_held_idx on sends (enrollment_id) where status = 'held'`.execute(db);
  await sql`create index sends_held_planned_at_idx on sends (planned_at) where status = 'held'`.execute(db);
  // The mails of an organization that wait for its quota.
  await sql`create index sends_quota_idx on sends (organization_id, planned_at, id)
    where status = 'held' and rule = 'quota'`.execute(db);
  // Rows are inserted in the order of time, so a small index is enough to find the oldest rows.
  await sql`create index sends_planned_at_idx on sends using brin (planned_at)
    with (pages_per_range = 32, autosummarize = on)`.execute(db);
}

/**
 * The earliest time at which the next send of an organization may leave, by the receiver's domain; '' stands for all
 * domains.
 */
async function createSendSlots(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table send_slots (
      organization_id bigint not null,
      mode text not null,
      domain text not null,
      next_at timestamptz not null,
      primary key (organization_id, mode, domain)
    )`.execute(db);
}
