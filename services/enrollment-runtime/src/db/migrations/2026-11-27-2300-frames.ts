import { type Kysely, sql } from 'kysely';

/**
 * The sender as it was when a send got its place, so that each attempt has the same bytes. Sends of before get it with
 * their next attempt.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sends add column frame json`.execute(db);
}
