import { type Kysely, sql } from 'kysely';

/**
 * The box of the workflows service with the texts that are masked in `steps`. `is_masked` is false for versions of
 * before, which a loop seals.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workflow_versions
      add column sealed bytea,
      add column is_masked boolean not null default false`.execute(db);
  // Empty once the versions of before are sealed.
  await sql`create index workflow_versions_workflow_id_idx on workflow_versions (workflow_id) where not is_masked`.execute(
    db,
  );
}
