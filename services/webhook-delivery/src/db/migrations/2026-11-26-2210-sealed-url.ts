import { type Kysely, sql } from 'kysely';

/**
 * `url` becomes the masked form that people see, as `headers` is; `sealed_url` is the form that is sent, where they
 * differ.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table webhooks add column sealed_url bytea`.execute(db);
}
