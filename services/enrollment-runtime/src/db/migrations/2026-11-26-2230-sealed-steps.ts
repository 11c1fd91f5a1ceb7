import { type Kysely, sql } from 'kysely';

/** The box of the workflows service with the texts that are masked in `steps`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table workflow_versions add column sealed bytea`.execute(db);
}
