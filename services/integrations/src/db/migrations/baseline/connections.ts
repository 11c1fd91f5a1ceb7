import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/** Creates the tables for connections to accounts at providers, and for the consents that make connections. */
export async function createConnections(db: Kysely<unknown>): Promise<void> {
  await createTable(db);
  await createAuthorizations(db);
}

/**
 * Columns that the platform itself writes. Changes of these columns do not raise the revision, because no person made
 * them.
 */
export const connectionsApart = [
  ...['version', 'credentials', 'data_key', 'shown_credentials', 'token_expires_at', 'refresh_expires_at'],
  ...['lease_owner', 'lease_until', 'refresh_started_at', 'refresh_failures', 'refresh_not_before', 'refreshed_at'],
  ...['last_used_at', 'last_error', 'failed_at', 'rate_limited_until', 'ends_at', 'announced_end', 'kept_at'],
  'sequence',
];

/**
 * Creates the table of connections. `credentials` is a JSON object of strings. The key in `data_key` seals it, and
 * ENCRYPTION_KEYS wrap that key. `shown_credentials` is the form that people see. `version` rises with every change of
 * the credentials, and a refresh overwrites only the version that it read. `failed_at` is the time at which the
 * connection last stopped working. `ends_at` is the time by which somebody must reconnect. `announced_end` is the end
 * about which the admins were mailed. `kept_at` is the time at which the platform last refreshed the idle connection.
 */
async function createTable(db: Kysely<unknown>): Promise<void> {
  // The sequence is explicit, because the id is part of the context that seals the credentials, and must be known
  // before the insert.
  await sql`create sequence connections_id_seq as bigint`.execute(db);
  await sql`
    create table connections (
      id bigint primary key default nextval('connections_id_seq'),
      organization_id bigint not null,
      provider text not null,
      external_key text not null,
      status text not null,
      status_reason text,
      note text,
      credentials bytea not null,
      data_key bytea not null,
      shown_credentials text not null,
      version bigint not null default 1,
      account_id text,
      account_name text,
      granted_scopes text[],
      token_expires_at timestamptz,
      refresh_expires_at timestamptz,
      lease_owner text,
      lease_until timestamptz,
      refresh_started_at timestamptz,
      refresh_failures integer not null default 0,
      refresh_not_before timestamptz,
      refreshed_at timestamptz,
      last_used_at timestamptz,
      last_error text,
      failed_at timestamptz,
      rate_limited_until timestamptz,
      ends_at timestamptz,
      announced_end timestamptz,
      kept_at timestamptz,
      connected_by bigint,
      sequence bigint not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null
    ) with (fillfactor = 80)`.execute(db);
  await sql`create unique index connections_key_idx on connections (organization_id, provider, external_key)`.execute(
    db,
  );
  await sql`create index connections_organization_idx on connections (organization_id, id desc)`.execute(db);
  // The index does not begin with the organization, because loops look for tokens that end, in all organizations.
  await sql`create index connections_expiry_idx on connections (token_expires_at) where status = 'active'`.execute(db);
  await sql`create index connections_ends_at_idx on connections (ends_at) where ends_at is not null`.execute(db);
  await addRevision(db, 'connections', { apart: connectionsApart });
}

/**
 * Creates the table of the consents that people have started. Ticket, state and cookie are stored as hashes. `secrets`
 * contains the PKCE verifier and the credential fields that the consent needs. It is sealed in the same way as the
 * credentials of a connection. A row is deleted an hour after its consent has ended.
 */
async function createAuthorizations(db: Kysely<unknown>): Promise<void> {
  // The sequence is explicit, because the id is part of the context that seals the secrets, and must be known before
  // the insert.
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
  // The index does not begin with the organization, because a browser has only the ticket and the state.
  await sql`create unique index authorizations_ticket_hash_idx on authorizations (ticket_hash)`.execute(db);
  await sql`create unique index authorizations_state_hash_idx on authorizations (state_hash)`.execute(db);
  // The index does not begin with the organization, because a loop deletes old rows of all organizations.
  await sql`create index authorizations_expires_at_idx on authorizations (expires_at)`.execute(db);
}
