import { addRevision, createIdempotencyTable, createJobsTable } from '@drippulse/db';
import { createEventTables } from '@drippulse/events';
import { createMailsTable } from '@drippulse/mail';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createEventTables(db);
  await createJobsTable(db);
  await createMailsTable(db);
  await createConnections(db);
}

async function createConnections(db: Kysely<unknown>): Promise<void> {
  // A sequence of its own: the id is part of what seals the credentials, so it must be known before the insert.
  await sql`create sequence connections_id_seq as bigint`.execute(db);
  // `credentials` is a JSON object of texts, sealed by the key in `data_key`, which ENCRYPTION_KEYS wrap. `shown_credentials` is the
  // form that people see. `version` rises with every change of the credentials: a refresh writes only over the version that it read.
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
      last_used_at timestamptz,
      last_error text,
      connected_by bigint,
      sequence bigint not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null
    ) with (fillfactor = 80)`.execute(db);
  await sql`create unique index connections_key_idx on connections (organization_id, provider, external_key)`.execute(
    db,
  );
  await sql`create index connections_organization_idx on connections (organization_id, id desc)`.execute(db);
  await sql`create index connections_expiry_idx on connections (token_expires_at) where status = 'active'`.execute(db);
  await addRevision(db, 'connections', {
    apart: ['version', 'credentials', 'data_key', 'lease_owner', 'lease_until', 'refresh_started_at', 'last_used_at'],
  });
}
