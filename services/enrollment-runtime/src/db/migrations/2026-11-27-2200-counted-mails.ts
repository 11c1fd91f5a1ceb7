import { type Kysely, sql } from 'kysely';

/**
 * What a mail counts for: its category, where its step names one, and the variants that its enrollment had taken when it was queued.
 * Neither names a person. Mails of before have none.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deliveries add column category text, add column variants text[]`.execute(db);
}
