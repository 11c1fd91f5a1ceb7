import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

export async function createWebhooks(db: Kysely<unknown>): Promise<void> {
  // The webhooks have a sequence of their own, because the secret is sealed with the id, so the id must be known before
  // the insert.
  await sql`create sequence webhooks_id_seq as bigint`.execute(db);
  // `url` and `headers` are the masked forms that people see. `sealed_url` and `sealed_headers` are the forms that are
  // sent; a URL without a secret is not sealed.
  await sql`
    create table webhooks (
      id bigint primary key default nextval('webhooks_id_seq'),
      organization_id bigint not null,
      mode text not null,
      url text not null,
      sealed_url bytea,
      headers json not null default '{}',
      sealed_headers bytea,
      event_types text[] not null,
      filter json,
      ordered boolean not null default false,
      rate_limit_per_second integer,
      active boolean not null,
      disabled_reason text,
      description text,
      secret bytea not null,
      previous_secret bytea,
      previous_secret_until timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz,
      constraint webhooks_mode_check check (mode in ('live', 'test')),
      constraint webhooks_disabled_reason_check check (disabled_reason in ('gone', 'failing', 'requested'))
    )`.execute(db);
  await addRevision(db, 'webhooks');
  await sql`create index webhooks_organization_id_id_idx
    on webhooks (organization_id, id) where deleted_at is null`.execute(db);
  // Webhooks that were removed and whose queue is still being cancelled.
  await sql`create table removals (webhook_id bigint primary key)`.execute(db);
  await createEndpoints(db);
}

/** The health of each endpoint. It is separate from `webhooks`, because every recorded attempt updates it. */
async function createEndpoints(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table endpoints (
      webhook_id bigint primary key,
      version bigint not null default 0,
      consecutive_failures integer not null default 0,
      is_failing boolean not null default false,
      failing_since timestamptz,
      is_circuit_open boolean not null default false,
      window_started_at timestamptz,
      window_attempts integer not null default 0,
      window_failures integer not null default 0,
      last_success_at timestamptz
    ) with (fillfactor = 50)`.execute(db);
}
