import { type Kysely, sql } from 'kysely';

/** A fact may be a sum: attempts of webhooks and goals come as counts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table facts add column count bigint not null default 1`.execute(db);
}
