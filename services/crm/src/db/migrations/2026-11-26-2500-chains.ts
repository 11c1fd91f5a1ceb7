import { type Kysely, sql } from 'kysely';

/** The cause of the chain that a submission belongs to: its enrollment comes later, and continues the chain. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table lead_form_submissions add column cause text`.execute(db);
}
