import { type Kysely, sql } from 'kysely';

/** How many workflows in a row led to an enrollment, each started by what the one before did: what ends endless loops. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table enrollments add column hops integer not null default 0`.execute(db);
}
