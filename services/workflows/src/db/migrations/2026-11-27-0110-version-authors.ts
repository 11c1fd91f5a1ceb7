import { type Kysely, sql } from 'kysely';

/**
 * Who made a version, and how many steps it has, so that a list of versions reads no steps. All three are null for versions
 * from before, and for those that a process of the version before makes; then the steps are counted when they are read.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workflow_versions
      add column actor_type text,
      add column actor_id text,
      add column step_count integer`.execute(db);
}
