import { type Kysely, sql } from 'kysely';

export async function createLinks(db: Kysely<unknown>): Promise<void> {
  await createMailedLinks(db);
  await createSignUps(db);
}

/**
 * Creates the table of links that are mailed to members and identities, and of links that sign in on a person's own
 * machine.
 */
async function createMailedLinks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table mailed_links (
      id bigint generated always as identity primary key,
      kind text not null,
      member_id bigint references memberships (id) on delete cascade,
      identity_id bigint references identities (id) on delete cascade,
      -- Where the link was mailed to, and of a change the new address.
      email text not null,
      -- SHA-256 of the token, which the mail alone has.
      token_hash bytea not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      constraint mailed_links_kind_check check (kind in ('invitation', 'password_reset', 'address_change', 'sign_in')),
      constraint mailed_links_owner_check
        check ((kind = 'invitation') = (member_id is not null) and (member_id is null) = (identity_id is not null)),
      -- Not led by an organization: the token alone names what it is for, and an identity belongs to none.
      constraint mailed_links_token_hash_key unique (token_hash),
      -- A link that is sent again replaces the one before.
      constraint mailed_links_member_id_key unique (member_id),
      constraint mailed_links_identity_id_kind_key unique (identity_id, kind)
    )`.execute(db);
  await sql`create index mailed_links_expires_at_idx on mailed_links (expires_at)`.execute(db);
}

/**
 * Creates the table of unconfirmed sign-ups, which are kept for a day. A sign-up belongs to no organization; only its
 * token identifies it.
 */
async function createSignUps(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sign_ups (
      id bigint generated always as identity primary key,
      organization_name text not null,
      email text not null,
      -- SHA-256 of the token, which the mail alone has.
      token_hash bytea not null constraint sign_ups_token_hash_key unique,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index sign_ups_email_idx on sign_ups (lower(email))`.execute(db);
  await sql`create index sign_ups_expires_at_idx on sign_ups (expires_at)`.execute(db);
}
