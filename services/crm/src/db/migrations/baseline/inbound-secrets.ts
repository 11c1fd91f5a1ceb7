import { type Kysely, sql } from 'kysely';

/**
 * Creates the tables of secrets with which other systems sign their messages, and of the messages that were accepted.
 */
export async function createInboundSecrets(db: Kysely<unknown>): Promise<void> {
  // `slug` is the identity service's short name of the organization, which never changes. A message names its
  // organization only by this slug.
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
  // The index has no organization prefix, because the look-up of a message finds the organization.
  await sql`create unique index inbound_secrets_slug_purpose_key on inbound_secrets (slug, purpose)`.execute(db);
  // The id of a message is stored as a hash, because a sender may write anything into it.
  await sql`
    create table inbound_messages (
      organization_id bigint not null,
      purpose text not null,
      id_hash bytea not null,
      received_at timestamptz(3) not null default now(),
      constraint inbound_messages_pkey primary key (organization_id, purpose, id_hash)
    )`.execute(db);
  // The index has no organization prefix, because messages are deleted by age.
  await sql`create index inbound_messages_received_at_idx on inbound_messages (received_at)`.execute(db);
}
