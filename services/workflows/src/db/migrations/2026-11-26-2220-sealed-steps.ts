import { type Kysely, sql } from 'kysely';

/**
 * `steps` becomes the masked form that people see, and `sealed` a box with the texts that they do not. `is_masked` is
 * false for versions of before, which a loop seals; until then they are masked when they are read.
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
