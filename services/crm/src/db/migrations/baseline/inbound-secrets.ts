import { type Kysely, sql } from 'kysely';

/** Secrets by which other systems sign what they send, and the messages of theirs that were taken. */
export async function createInboundSecrets(db: Kysely<unknown>): Promise<void> {
  // `slug` is identity's name of the organization, which never changes. A message names its organization by it alone.
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
  // The organization does not lead: the look-up of a message finds it.
  await sql`create unique index inbound_secrets_slug_purpose_key on inbound_secrets (slug, purpose)`.execute(db);
  // The id of a message is stored as a hash: a sender may write anything into it.
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
