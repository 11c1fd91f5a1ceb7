import { type Kysely, sql } from 'kysely';

/**
 * When a verified domain is looked up again, and in how many checks in a row its records were missing. A domain from before is due
 * at once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sending_domains add column next_check_at timestamptz(3), add column missed_checks integer not null default 0`.execute(
    db,
  );
  await sql`create index sending_domains_next_check_at_idx on sending_domains (next_check_at nulls first)
    where verified_at is not null`.execute(db);
}
