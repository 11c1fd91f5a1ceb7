import { createJobsTable } from '@drippulse/db';
import { allowSealedMails, createMailsTable } from '@drippulse/mail';
import { type Kysely, sql } from 'kysely';

/** Links that are mailed: invitations of members, resets of passwords, changes of an address. And the mails themselves. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createJobsTable(db);
  await createMailsTable(db);
  await allowSealedMails(db);
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
      constraint mailed_links_kind_check check (kind in ('invitation', 'password_reset', 'address_change')),
      constraint mailed_links_owner_check
        check ((kind = 'invitation') = (member_id is not null) and (member_id is null) = (identity_id is not null)),
      -- Not led by an organization: the token alone names what it is for, and an identity belongs to none.
      constraint mailed_links_token_hash_key unique (token_hash),
      -- A link that is sent again replaces the one before.
      constraint mailed_links_member_id_key unique (member_id),
      constraint mailed_links_identity_id_kind_key unique (identity_id, kind)
    )`.execute(db);
  await sql`create index mailed_links_expires_at_idx on mailed_links (expires_at)`.execute(db);
  await sql`create index memberships_invited_idx on memberships (organization_id, id) where status = 'invited'`.execute(
    db,
  );
}
