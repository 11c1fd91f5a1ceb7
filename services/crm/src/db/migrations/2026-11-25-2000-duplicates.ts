import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createPhoneKey(db);
  for (const table of ['contacts', 'leads']) {
    await indexAddresses(db, table);
    await indexNumbers(db, table);
    await markMerged(db, table);
  }
  await createMerges(db);
}

/**
 * What telephone numbers are compared by: the digits, at least seven, without a `00` in front and a `(0)` within. It is in
 * indexes: another rule is another function, never this one changed.
 */
async function createPhoneKey(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function phone_key(phone text) returns text language sql immutable parallel safe
    return nullif(substring(
      regexp_replace(regexp_replace(replace(phone, '(0)', ''), '[^0-9]', '', 'g'), '^00', '') from '^[0-9]{7,}$'
    ), '')`.execute(db);
}

/**
 * In place of the index that lists by address: it holds the address itself too, for only then does the planner answer
 * from the index alone.
 */
async function indexAddresses(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`create index ${sql.ref(`${table}_organization_id_lower_email_idx`)} on ${sql.table(table)}
    (organization_id, lower(email), created_at, id) include (email) where deleted_at is null`.execute(db);
  await sql`drop index ${sql.ref(`${table}_organization_id_email_idx`)}`.execute(db);
}

async function indexNumbers(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`create index ${sql.ref(`${table}_organization_id_phone_key_idx`)} on ${sql.table(table)}
    (organization_id, phone_key(phone), created_at, id) include (phone)
    where deleted_at is null and phone is not null`.execute(db);
}

/** The few that were merged are known by what they were known by before, so that an import makes none of them anew. */
async function markMerged(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`
    alter table ${sql.table(table)} add column merged_into_id uuid
      constraint ${sql.ref(`${table}_merged_into_id_fkey`)} references ${sql.table(table)} (id)`.execute(db);
  await sql`create index ${sql.ref(`${table}_organization_id_merged_external_idx`)} on ${sql.table(table)}
    (organization_id, external_id) where merged_into_id is not null`.execute(db);
  await sql`create index ${sql.ref(`${table}_organization_id_merged_email_idx`)} on ${sql.table(table)}
    (organization_id, lower(email)) where merged_into_id is not null`.execute(db);
}

/** `undo` holds what a merge overwrote, of people too: it is null once it is used, erased or 30 days old. */
async function createMerges(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table merges (
      id bigint generated always as identity,
      organization_id bigint not null,
      record_type text not null constraint merges_record_type_check check (record_type in ('contact', 'lead')),
      survivor_id uuid not null,
      survivor_public_id text not null,
      merged_ids uuid[] not null,
      merged_public_ids text[] not null,
      moved_links bigint not null,
      undo jsonb,
      actor_type text not null,
      actor_id text not null,
      created_at timestamptz(3) not null default now(),
      undone_at timestamptz(3),
      constraint merges_pkey primary key (id)
    )`.execute(db);
  await sql`create index merges_organization_id_id_idx on merges (organization_id, id)`.execute(db);
  await sql`create index merges_organization_id_survivor_id_idx on merges (organization_id, survivor_id)`.execute(db);
  // btree_gin is there since the first migration.
  await sql`create index merges_organization_id_merged_ids_idx on merges using gin (organization_id, merged_ids)`.execute(
    db,
  );
  // Not led by the organization: what is old is looked for among all.
  await sql`create index merges_created_at_idx on merges (created_at) where undo is not null`.execute(db);
}
