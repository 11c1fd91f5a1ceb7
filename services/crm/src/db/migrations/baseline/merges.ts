import { type Kysely, sql } from 'kysely';

/**
 * Creates the table of merges. `undo` contains the data that a merge overwrote, including personal data. It becomes
 * null when the merge is undone, when the person is erased, or after 30 days.
 */
export async function createMerges(db: Kysely<unknown>): Promise<void> {
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
  await sql`create index merges_organization_id_merged_ids_idx on merges using gin (organization_id, merged_ids)`.execute(
    db,
  );
  // The index has no organization prefix, because the search for old merges covers all organizations.
  await sql`create index merges_created_at_idx on merges (created_at) where undo is not null`.execute(db);
}
