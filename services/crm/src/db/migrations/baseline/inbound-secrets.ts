import { type Kysely, sql } from 'kysely';

/** Secrets that sign what other systems send, and the messages that were taken. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // `slug` is identity's name of the organization, which never changes: a message names its organization by it alone.
  await sql`
    create table inbound_secrets (
      organization_id bigint not null,
      purpose text not null,
      slug text not null,
      secret bytea not null,
      previous_secret bytea,
      previous_secret_until timestamptz(3),
      created_at timestamptz(3) not null,
      constraint inbound_secrets_pkey primary key (organization_id, purpose)
    )`.execute(db);
  // The organization does not lead: the look-up finds it.
  await sql`create unique index inbound_secrets_slug_purpose_key on inbound_secrets (slug, purpose)`.execute(db);
  // A hash, so that whatever a sender writes into the id is not kept.
  await sql`
    create table inbound_messages (
      organization_id bigint not null,
      purpose text not null,
      id_hash bytea not null,
      received_at timestamptz(3) not null default now(),
      constraint inbound_messages_pkey primary key (organization_id, purpose, id_hash)
    )`.execute(db);
  // The organization does not lead: messages are deleted by age.
  await sql`create index inbound_messages_received_at_idx on inbound_messages (received_at)`.execute(db);
}
