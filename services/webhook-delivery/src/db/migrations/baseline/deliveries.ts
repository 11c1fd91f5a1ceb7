import { createPartitions, databaseNow } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/** The tables that have daily partitions by the time of the event. */
export async function createDeliveries(db: Kysely<unknown>): Promise<void> {
  await createPayloads(db);
  await createDelivered(db);
  await createAttempts(db);
  for (const table of ['payloads', 'deliveries', 'attempts']) await createPartitions(db, table, await databaseNow(db));
}

/**
 * The body of each event that any webhook gets, and the trace of the event. If the body is empty, a person deleted it
 * or an erasure emptied it. `subject` is the aggregate of the event, by which an erasure finds the body.
 */
async function createPayloads(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table payloads (
      event_id text collate "C" not null,
      event_at timestamptz(3) not null,
      body bytea not null,
      organization_id bigint not null,
      traceparent text,
      -- The cause of the chain that the event belongs to; null when the event is a cause itself.
      cause text,
      subject text collate "C",
      primary key (event_id, event_at)
    ) partition by range (event_at)`.execute(db);
  await sql`create index payloads_organization_id_subject_idx
    on payloads (organization_id, subject) where subject is not null and body <> ''`.execute(db);
}

async function createDelivered(db: Kysely<unknown>): Promise<void> {
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
      order_key text collate "C",
      created_at timestamptz not null default now(),
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
