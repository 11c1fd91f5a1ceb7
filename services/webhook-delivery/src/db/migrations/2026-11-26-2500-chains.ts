import { type Kysely, sql } from 'kysely';

/** The cause of the chain that an event belongs to; null when the event is a cause itself. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table payloads add column cause text`.execute(db);
}
