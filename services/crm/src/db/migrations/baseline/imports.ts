import { createJobsTable } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/** Creates the tables of import jobs, and of the batches of uploads that a job has not written yet. */
export async function createImports(db: Kysely<unknown>): Promise<void> {
  await createJobsTable(db);
  // `rows` is JSON text, which PostgreSQL compresses.
  await sql`
    create table import_batches (
      upload_id uuid not null,
      batch integer not null,
      organization_id bigint not null,
      rows json not null,
      created_at timestamptz not null default now(),
      constraint import_batches_pkey primary key (upload_id, batch)
    )`.execute(db);
  // The index has no organization prefix, because the search for leftovers covers all organizations.
  await sql`create index import_batches_created_at_idx on import_batches (created_at)`.execute(db);
}
