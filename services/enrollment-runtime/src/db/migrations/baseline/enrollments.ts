import { type Kysely, sql } from 'kysely';

export async function createEnrollments(db: Kysely<unknown>): Promise<void> {
  await createSequences(db);
  await createIdentities(db);
  await createSearch(db);
}

async function createSequences(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence enrollments_id_seq as bigint`.execute(db);
  // Numbers the changes of enrollments for their events. Each transaction takes 16 numbers, for up to 16 events of one
  // enrollment.
  await sql`create sequence enrollment_changes_seq as bigint increment 16`.execute(db);
}

/**
 * A row is written once, at entry; only an erasure updates it. The state of an enrollment is in `runs` until the
 * enrollment ends, and then in `outcomes`; it is always in exactly one of the two. A person who is held out has an
 * outcome and no run.
 */
async function createIdentities(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table enrollments (
      workflow_id bigint not null,
      id bigint not null,
      organization_id bigint not null,
      agent_id bigint,
      -- Halves of the digests of the contact's key, and of the key of re-entry where it is another one. An erasure
      -- empties both. A contact with neither a reference nor an address has no key.
      contact_hash bigint,
      entry_hash bigint,
      created_at timestamptz not null,
      erased_at timestamptz,
      key uuid not null,
      version integer not null,
      -- Workflows that led here, each started by a change that the one before made. It bounds endless loops.
      hops integer not null default 0,
      is_holdout boolean not null,
      mode text not null check (mode in ('live', 'test')),
      timezone text not null,
      lead_ref text,
      email text,
      first_name text,
      last_name text,
      -- The cause of the chain that the enrollment belongs to. It is null when the enrollment is a cause itself.
      cause text,
      contact json not null,
      primary key (workflow_id, id)
    )`.execute(db);
  await sql`create index enrollments_lead_ref_idx on enrollments (workflow_id, left(lead_ref, 64), id)
    where lead_ref is not null`.execute(db);
  await sql`create index enrollments_test_idx on enrollments (workflow_id, id) where mode = 'test'`.execute(db);
  await sql`create index enrollments_block_idx on enrollments (workflow_id, (id >> 3))`.execute(db);
  // For re-entry rules, which count the entries of a key.
  for (const hash of ['contact_hash', 'entry_hash']) {
    await sql`create index ${sql.ref(`enrollments_${hash}_idx`)} on enrollments (workflow_id, ${sql.ref(hash)})
      where ${sql.ref(hash)} is not null`.execute(db);
  }
}

/**
 * The texts in which a list searches for its parameter `q`. A row contains the texts of up to eight enrollments that
 * one call made and whose ids differ only in their last three bits: `block` is the id without these bits. The texts are
 * in the order of the bits, separated by U+001E. Two calls may write rows of one block, so no key is unique.
 */
async function createSearch(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table enrollment_search (
      workflow_id bigint not null,
      block bigint not null,
      text text not null
    )`.execute(db);
  // PostgreSQL's default histogram of a hundred texts is too small to estimate how many texts contain a rare prefix:
  // with 15 % of the samples that PostgreSQL took, a list scanned the whole workflow. With a thousand texts, planning
  // takes 4 ms.
  await sql`alter table enrollment_search alter column text set statistics 1000`.execute(db);
  await sql`create index enrollment_search_block_idx on enrollment_search (workflow_id, block)`.execute(db);
  await sql`create index enrollment_search_text_idx on enrollment_search
    using gin (workflow_id, text ${sql.raw(await trigramOperators(db))})`.execute(db);
}

/**
 * Returns the name of the trigram operator class. Both extensions are trusted, so any role that may create objects in
 * the database can install them. For a role without this right, an administrator must have installed them.
 */
async function trigramOperators(db: Kysely<unknown>): Promise<string> {
  await sql`create extension if not exists pg_trgm with schema public`.execute(db);
  await sql`create extension if not exists btree_gin with schema public`.execute(db);
  const { rows } = await sql<{ name: string }>`
    select quote_ident(nspname) || '.gin_trgm_ops' as name
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm'`.execute(db);
  return rows[0]?.name ?? 'gin_trgm_ops';
}
