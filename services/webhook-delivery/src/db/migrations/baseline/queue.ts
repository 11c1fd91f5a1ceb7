import { type Kysely, sql } from 'kysely';

export async function createQueue(db: Kysely<unknown>): Promise<void> {
  await createLanes(db);
  await createQueued(db);
}

/**
 * Two lanes for each webhook: one for events, one for tests and redeliveries (`is_manual`). The manual lane waits
 * neither for the backlog nor for an open circuit. It is sent even when the webhook is disabled.
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
  // The index does not begin with the organization, because one claim reads the lanes of all organizations.
  await sql`create index lanes_next_due_at_idx on lanes (next_due_at) where next_due_at is not null`.execute(db);
}

/**
 * One narrow row for each delivery that is still to be sent. The row is deleted when the delivery is done, so claims
 * never touch the partitions. `due_at` is the time of the next attempt or, while a worker has leased the delivery, the
 * end of its lease. If several rows have the same `order_key`, all but the first wait with `due_at` infinity.
 */
async function createQueued(db: Kysely<unknown>): Promise<void> {
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
