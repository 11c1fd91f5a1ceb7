import { type Kysely, sql } from 'kysely';

/**
 * `steps` becomes the masked form that people see, and `sealed` a box with the texts that they do not. `is_masked` is
 * false for versions of before, which are masked when they are read.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workflow_versions
      add column sealed bytea,
      add column is_masked boolean not null default false`.execute(db);
}
