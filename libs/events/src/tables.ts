import { type Kysely, sql } from 'kysely';

/**
 * Makes what publishing and consuming need in a service's schema: `outbox` (events not yet sent), `outbox_lease` (which
 * process sends them) and `inbox` (events whose effect is done). Belongs in the first migration of the service.
 */
export async function createOutboxTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outbox (
      id bigint generated always as identity primary key,
      topic text not null,
      events integer not null,
      frame bytea not null,
      traceparent text,
      created_at timestamptz not null default now()
    ) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)
  `.execute(db);
  // Rows live for milliseconds: compressing them costs more than it saves.
  await sql`alter table outbox alter column frame set storage external`.execute(db);
  await sql`
    create table outbox_lease (
      id boolean primary key default true check (id),
      holder uuid,
      locked_until timestamptz not null default '-infinity'
    )
  `.execute(db);
  await sql`insert into outbox_lease default values`.execute(db);
  await sql`
    create table inbox (
      consumer_group text not null,
      event_id text collate "C" not null,
      primary key (consumer_group, event_id)
    )
  `.execute(db);
}
