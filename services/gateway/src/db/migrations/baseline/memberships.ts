import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/** Creates the table of memberships. A membership links one person to one organization. The API shows its id. */
export async function createMemberships(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table memberships (
      id bigint generated always as identity primary key,
      organization_id bigint not null references organizations (id),
      -- Null until an invited member accepts.
      identity_id bigint references identities (id),
      username text not null,
      email text not null,
      name text,
      role text not null constraint memberships_role_check check (role in ('viewer', 'approver', 'editor', 'admin')),
      status text not null constraint memberships_status_check check (status in ('active', 'invited', 'disabled')),
      -- The topics of which the member wants no mails of the platform.
      muted_notifications text[] not null default '{}',
      last_login_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint memberships_active_check check (status <> 'active' or identity_id is not null)
    )`.execute(db);
  await addRevision(db, 'memberships', { apart: ['last_login_at'] });
  await sql`
    create unique index memberships_organization_id_email_key on memberships (organization_id, lower(email))`.execute(
    db,
  );
  await sql`
    create unique index memberships_organization_id_identity_id_key on memberships (organization_id, identity_id)
    `.execute(db);
  await sql`create index memberships_organization_id_id_idx on memberships (organization_id, id)`.execute(db);
  await sql`
    create index memberships_organization_id_admins_idx on memberships (organization_id, id)
    where role = 'admin' and status = 'active'`.execute(db);
  await sql`create index memberships_invited_idx on memberships (organization_id, id) where status = 'invited'`.execute(
    db,
  );
  await sql`create index memberships_identity_id_idx on memberships (identity_id)`.execute(db);
  // The index has no organization prefix: an operator who resets the password of an invited member gives only the user
  // name.
  await sql`create index memberships_username_idx on memberships (username)`.execute(db);
  await keepNamesEqual(db);
}

/**
 * Creates triggers that copy the names of an identity to its memberships. Because of the copies, an index of
 * memberships keeps an address unique in an organization, and a new name changes the revision of the row that the API
 * shows.
 */
async function keepNamesEqual(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function take_names_of_identity() returns trigger language plpgsql as $$
    begin
      if new.identity_id is not null then
        select username, email into strict new.username, new.email
        from identities where id = new.identity_id for share;
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger memberships_take_names before insert or update of identity_id on memberships
    for each row execute function take_names_of_identity()`.execute(db);
  await sql`
    create function pass_names_to_memberships() returns trigger language plpgsql as $$
    begin
      update memberships set username = new.username, email = new.email
      where identity_id = new.id;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger identities_pass_names after update of username, email on identities
    for each row
    when (old.username is distinct from new.username or old.email is distinct from new.email)
    execute function pass_names_to_memberships()`.execute(db);
}
