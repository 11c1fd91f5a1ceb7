import { type Kysely, sql } from 'kysely';

/**
 * Enrollments that one call makes are found by text in blocks of up to 8 ids that differ in their last three bits alone.
 * The last of a block has in `search` the texts of all, and each has its own in `own_search`; one by itself has it in
 * `search`, as all had before. What is equal within a block is in the index once: of contacts as people have them half.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table enrollments add column own_search text`.execute(db);
  // How many have a text: without it every one looks rare.
  await sql`create statistics enrollments_text on (coalesce(own_search, search)) from enrollments`.execute(db);
}
