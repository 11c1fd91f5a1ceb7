import { type Kysely, sql } from 'kysely';

/** When the operator suspended an organization; null while it goes on. A process of the version before lets its credentials in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table organizations add column suspended_at timestamptz`.execute(db);
}
