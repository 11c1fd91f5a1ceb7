import { type Kysely, sql } from 'kysely';

/**
 * What a session signed in from, and when it was last used. Sessions of processes of the version before are used when they were
 * created, as far as anybody knows. Lists are ordered by `number`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sessions add column number bigint generated always as identity,
      add column device text, add column network text, add column last_used_at timestamptz`.execute(db);
}
