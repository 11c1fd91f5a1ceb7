import { type Kysely, sql } from 'kysely';

export async function createErasures(db: Kysely<unknown>): Promise<void> {
  // `identity` contains the sealed email addresses that other services have to erase. It becomes null when they have
  // finished.
  await sql`
    create table erasures (
      organization_id bigint not null,
      contact_id uuid not null,
      identity bytea,
      erased_at timestamptz(3) not null,
      constraint erasures_pkey primary key (organization_id, contact_id)
    )`.execute(db);
  // The index has no organization prefix, because the search for due erasures covers all organizations.
  await sql`create index erasures_erased_at_idx on erasures (erased_at) where identity is not null`.execute(db);
  // `digest` is a keyed hash of an identifier of the person, such as an email address. Without the organization's key,
  // the hash identifies nobody.
  await sql`
    create table tombstones (
      organization_id bigint not null,
      digest bytea not null,
      contact_id uuid not null,
      constraint tombstones_pkey primary key (organization_id, digest)
    )`.execute(db);
  await sql`
    create table tombstone_keys (
      organization_id bigint primary key,
      sealed_key bytea not null
    )`.execute(db);
}
