import { type Kysely, sql } from 'kysely';

/**
 * Creates the table of writes to Stripe. Each write is committed before it is sent. `key` is the key of the API call,
 * and the prefix of the keys by which Stripe recognizes a repeat. `generation` is a part of these keys. It changes
 * after an answer that Stripe would only repeat. An organization has at most one pending write. Ended writes are
 * deleted after 90 days.
 */
export async function createOperations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table operations (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      key uuid not null,
      kind text not null,
      input json not null,
      status text not null default 'pending',
      result json,
      error text,
      actor_type text not null,
      actor_id text not null,
      request_id text not null,
      address text not null,
      attempts integer not null default 0,
      generation integer not null default 0,
      due_at timestamptz not null,
      leased_until timestamptz,
      fence bigint not null default 0,
      is_reported boolean not null default false,
      created_at timestamptz not null,
      finished_at timestamptz,
      constraint operations_status_check check (status in ('pending', 'done', 'refused', 'abandoned')),
      constraint operations_organization_id_key_key unique (organization_id, key)
    )`.execute(db);
  await sql`create unique index operations_pending_idx on operations (organization_id) where status = 'pending'`.execute(
    db,
  );
  // The index does not begin with the organization, because loops look for the due and the old writes of all
  // organizations.
  await sql`create index operations_due_at_idx on operations (due_at) where status = 'pending'`.execute(db);
  await sql`create index operations_finished_at_idx on operations (finished_at) where status <> 'pending'`.execute(db);
}
