import { createJobsTable } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createJobsTable(db);
  // Uploads whose job has not written them yet; `rows` is JSON text, compressed by the server.
  await sql`
    create table import_batches (
      upload_id uuid not null,
      batch integer not null,
      organization_id bigint not null,
      rows json not null,
      created_at timestamptz not null default now(),
      constraint import_batches_pkey primary key (upload_id, batch)
    )`.execute(db);
  // Not led by the organization: leftovers are looked for among all.
  await sql`create index import_batches_created_at_idx on import_batches (created_at)`.execute(db);
}
