import { type Kysely, sql } from 'kysely';

/** Creates the table of identities. An identity is a person's account. It belongs to no organization. */
export async function createIdentities(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identities (
      id bigint generated always as identity primary key,
      -- In lower case.
      username text not null,
      email text not null,
      -- Null until its owner has opened a link that was mailed to it.
      email_verified_at timestamptz,
      -- Null for who signs in by an issuer alone.
      password_hash text,
      -- Hash of the last ADMIN_PASSWORD applied, so that a restart applies a changed one only.
      bootstrap_hash text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  // The index has no organization prefix: a login names no organization, so a user name is unique in the installation.
  await sql`create unique index identities_username_key on identities (username)`.execute(db);
  await sql`create index identities_email_idx on identities (lower(email))`.execute(db);
  await sql`create index identities_updated_at_idx on identities (updated_at)`.execute(db);
}
