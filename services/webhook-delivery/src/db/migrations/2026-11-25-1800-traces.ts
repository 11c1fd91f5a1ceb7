import { type Kysely, sql } from 'kysely';

/** A delivery belongs to the trace of its event, also when another process sends it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table payloads add column traceparent text`.execute(db);
}
