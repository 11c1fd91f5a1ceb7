import { type Kysely, sql } from 'kysely';

/**
 * The result of a send that the mail server took, so that nothing is sent again when its process dies before its effect
 * has the result.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sends add column result json`.execute(db);
}
