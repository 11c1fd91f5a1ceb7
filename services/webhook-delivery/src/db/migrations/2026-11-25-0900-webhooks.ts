import { createIdempotencyTable, createJobsTable, createPartitions, databaseNow } from '@drippulse/db';
import { createOutboxTables } from '@drippulse/events';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createOutboxTables(db);
  await createJobsTable(db);
  await createWebhooks(db);
  await createEndpoints(db);
  await createLanes(db);
  await createQueue(db);
  await createPayloads(db);
  await createDeliveries(db);
  await createAttempts(db);
  for (const table of ['payloads', 'deliveries', 'attempts']) await createPartitions(db, table, await databaseNow(db));
}

async function createWebhooks(db: Kysely<unknown>): Promise<void> {
  // A sequence of its own: the id is part of what seals the secret, so it must be known before the insert.
  await sql`create sequence webhooks_id_seq as bigint`.execute(db);
  // `headers` is the masked form that people see; `sealed_headers` is the form that is sent.
  await sql`
    create table webhooks (
      id bigint primary key default nextval('webhooks_id_seq'),
      organization_id bigint not null,
      url text not null,
      active boolean not null,
      description text,
      disabled_reason text,
      secret bytea not null,
      previous_secret bytea,
      previous_secret_until timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz,
      event_types text[] not null,
      headers json not null default '{}',
      sealed_headers bytea,
      rate_limit_per_second integer,
      ordered boolean not null default false,
      filter json,
      constraint webhooks_disabled_reason_check check (disabled_reason in ('gone', 'failing', 'requested'))
    )`.execute(db);
  await sql`create index webhooks_organization_id_id_idx
    on webhooks (organization_id, id) where deleted_at is null`.execute(db);
  // Webhooks that were removed and whose queue is still being cancelled.
  await sql`create table removals (webhook_id bigint primary key)`.execute(db);
}

/** The health of each endpoint: apart from `webhooks`, because every recorded attempt updates it. */
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

/**
 * Two lanes for each webhook: one for events, one for tests and redeliveries (`is_manual`). The manual lane waits neither
 * for the backlog nor for an open circuit, and it is sent even when the webhook is disabled.
 */
async function createLanes(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lanes (
      webhook_id bigint not null,
      is_manual boolean not null,
      organization_id bigint not null,
      is_paused boolean not null default false,
      open_until timestamptz,
      next_due_at timestamptz,
      primary key (webhook_id, is_manual)
    ) with (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)`.execute(db);
  // Not led by the organization: one claim reads the lanes of all organizations.
  await sql`create index lanes_next_due_at_idx on lanes (next_due_at) where next_due_at is not null`.execute(db);
}

/**
 * One narrow row for each delivery that is still to be sent, deleted when it is done: claims never touch the partitions.
 * `due_at` is the time of the next attempt or, while a worker has the delivery, the end of its lease. Of the rows with one
 * `order_key` all but the first wait with `due_at` infinity.
 */
async function createQueue(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table queue (
      delivery_id bigint primary key,
      webhook_id bigint not null,
      is_manual boolean not null,
      is_test boolean not null default false,
      due_at timestamptz not null,
      is_leased boolean not null default false,
      fence bigint not null default 0,
      tries integer not null default 0,
      event_id text collate "C" not null,
      event_at timestamptz(3) not null,
      event_type text not null,
      order_key text collate "C"
    ) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)`.execute(db);
  await sql`create index queue_webhook_id_is_manual_due_at_idx
    on queue (webhook_id, is_manual, due_at, delivery_id)`.execute(db);
  await sql`create index queue_webhook_id_order_key_idx
    on queue (webhook_id, order_key, delivery_id) where order_key is not null`.execute(db);
}

/**
 * The body of each event that somebody gets, and the trace of the event. An empty body was deleted by a person or erased;
 * `subject` is the aggregate of the event, by which an erasure finds it.
 */
async function createPayloads(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table payloads (
      event_id text collate "C" not null,
      event_at timestamptz(3) not null,
      body bytea not null,
      organization_id bigint not null,
      traceparent text,
      subject text collate "C",
      primary key (event_id, event_at)
    ) partition by range (event_at)`.execute(db);
  await sql`create index payloads_organization_id_subject_idx
    on payloads (organization_id, subject) where subject is not null and body <> ''`.execute(db);
}

async function createDeliveries(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence deliveries_id_seq as bigint`.execute(db);
  await sql`
    create table deliveries (
      id bigint not null default nextval('deliveries_id_seq'),
      event_at timestamptz(3) not null,
      organization_id bigint not null,
      webhook_id bigint not null,
      event_id text collate "C" not null,
      event_type text not null,
      is_test boolean not null default false,
      status text not null,
      attempts integer not null default 0,
      next_attempt_at timestamptz,
      created_at timestamptz not null default now(),
      order_key text collate "C",
      primary key (id, event_at),
      constraint deliveries_webhook_id_event_id_key unique (webhook_id, event_id, event_at),
      constraint deliveries_status_check
        check (status in ('pending', 'failed', 'delivered', 'exhausted', 'cancelled'))
    ) partition by range (event_at)`.execute(db);
  await sql`create index deliveries_webhook_id_id_idx on deliveries (webhook_id, id)`.execute(db);
  await sql`create index deliveries_webhook_id_status_id_idx on deliveries (webhook_id, status, id)`.execute(db);
}

async function createAttempts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table attempts (
      delivery_id bigint not null,
      event_at timestamptz(3) not null,
      number integer not null,
      at timestamptz not null,
      status_code integer,
      duration_ms integer not null,
      error text,
      response_excerpt text,
      next_attempt_at timestamptz,
      primary key (delivery_id, number, event_at)
    ) partition by range (event_at)`.execute(db);
}
