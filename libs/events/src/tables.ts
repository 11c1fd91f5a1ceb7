import { type Kysely, sql } from 'kysely';

/**
 * Creates the tables of publishing and consuming, in the baseline of a service: `outbox` (events not yet sent, by
 * organization), `outbox_lease` (the process that sends them) and `inbox` (events whose effect is done).
 */
export async function createEventTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outbox (
      id bigint generated always as identity primary key,
      organization_id bigint not null,
      topic text not null,
      events integer not null,
      frame bytea not null,
      traceparent text,
      created_at timestamptz not null default now()
    ) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)
  `.execute(db);
  // Rows exist for milliseconds, so compressing them costs more than it saves.
  await sql`alter table outbox alter column frame set storage external`.execute(db);
  // This index is for the relay, which takes organizations in turn.
  await sql`create index outbox_organization_id_id_idx on outbox (organization_id, id)`.execute(db);
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
