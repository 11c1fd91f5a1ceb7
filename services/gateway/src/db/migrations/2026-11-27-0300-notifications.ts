import { type Kysely, sql } from 'kysely';

/** The topics of which a user wants no mails of the platform. Processes of the version before leave the column alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table users add column muted_notifications text[] not null default '{}'`.execute(db);
}
