import { type Kysely, sql } from 'kysely';

/** What the platform finds out about a connection by itself. None of it is a change by a person, so none raises the revision. */
const apart = [
  ...['version', 'credentials', 'data_key', 'shown_credentials', 'token_expires_at', 'refresh_expires_at'],
  ...['lease_owner', 'lease_until', 'refresh_started_at', 'refresh_failures', 'refresh_not_before', 'refreshed_at'],
  ...['last_used_at', 'last_error', 'failed_at', 'rate_limited_until', 'ends_at', 'announced_end', 'kept_at'],
  'sequence',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  // `failed_at` is when it last stopped working. `ends_at` is when somebody has to reconnect, and `announced_end` that of which the
  // admins were mailed. `kept_at` is when an idle connection was last looked after.
  await sql`
    alter table connections
      add column refreshed_at timestamptz,
      add column failed_at timestamptz,
      add column rate_limited_until timestamptz,
      add column ends_at timestamptz,
      add column announced_end timestamptz,
      add column kept_at timestamptz`.execute(db);
  const kept = apart.map((column) => sql`new.${sql.ref(column)} is not distinct from old.${sql.ref(column)}`);
  await sql`drop trigger connections_raise_revision on connections`.execute(db);
  await sql`
    create trigger connections_raise_revision before update on connections
    for each row when (old *<> new and ${sql.join(kept, sql` and `)}) execute function raise_revision()`.execute(db);
  await sql`create index connections_ends_at_idx on connections (ends_at) where ends_at is not null`.execute(db);
  await createAuthorizations(db);
}

/**
 * Consents that were begun. Ticket, state and cookie are stored as hashes; `secrets` are the PKCE verifier and the credential fields
 * that the consent needs, sealed as those of a connection. Rows are removed an hour after their end.
 */
async function createAuthorizations(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence authorizations_id_seq as bigint`.execute(db);
  await sql`
    create table authorizations (
      id bigint primary key default nextval('authorizations_id_seq'),
      organization_id bigint not null,
      actor_type text not null,
      actor_id text not null,
      provider text not null,
      external_key text not null,
      scopes text[] not null,
      return_to text not null,
      ticket_hash bytea not null,
      state_hash bytea not null,
      browser_hash bytea,
      secrets bytea not null,
      data_key bytea not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz
    )`.execute(db);
  await sql`create unique index authorizations_ticket_hash_idx on authorizations (ticket_hash)`.execute(db);
  await sql`create unique index authorizations_state_hash_idx on authorizations (state_hash)`.execute(db);
  await sql`create index authorizations_expires_at_idx on authorizations (expires_at)`.execute(db);
}
