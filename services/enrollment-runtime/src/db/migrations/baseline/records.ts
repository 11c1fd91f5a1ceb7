import { type Kysely, sql } from 'kysely';

/** Records that outlive their enrollment and its history. */
export async function createRecords(db: Kysely<unknown>): Promise<void> {
  await createDeliveries(db);
  await createRemovals(db);
  await createErasedRecords(db);
}

/**
 * The mails of enrollments. A mail is counted under its `category`, if its step names one, and under its `variants`:
 * the variants that its enrollment had taken when the mail was queued. Neither column identifies a person.
 */
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
      category text,
      variants text[],
      constraint deliveries_enrollment_id_effect_key_key unique (enrollment_id, effect_key)
    )`.execute(db);
  // Links and bounces find their mail by its Message-ID without the domain, because the domain changes with MAIL_FROM.
  // The index is a hash index, because an entry then takes only eight bytes.
  await sql`create index deliveries_message_key_idx on deliveries using hash (left(message_id, 41))`.execute(db);
}

/** The audit line of an enrollment that a person removed. */
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

/** Erased records of the CRM, by id alone. A late event of an erased record starts nothing. */
async function createErasedRecords(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table erased_records (
      organization_id bigint not null,
      record_id uuid not null,
      erased_at timestamptz not null,
      primary key (organization_id, record_id)
    )`.execute(db);
}
