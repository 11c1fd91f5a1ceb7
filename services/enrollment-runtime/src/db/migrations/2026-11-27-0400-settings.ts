import { type Kysely, sql } from 'kysely';

/** The members of workflows that are part of a version beside the steps, and what they need of enrollments. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // JSON text with the members that differ from their default.
  await sql`alter table workflow_versions add column settings text not null default '{}'`.execute(db);
  // Halves of the digests of the contact's key, and of the key of re-entry where it is another one; null for enrollments from
  // before and for erased ones. A person who is held out has an outcome and no run.
  await sql`
    alter table enrollments
      add column contact_hash bigint,
      add column entry_hash bigint,
      add column is_holdout boolean not null default false`.execute(db);
  // The goals that were met and those that are still to act; see GoalState.
  await sql`alter table runs add column goals json`.execute(db);
  // Why a run ended, where its steps did not end it.
  await sql`
    alter table outcomes add column outcome text,
      drop constraint outcomes_status_check,
      add constraint outcomes_status_check
        check (status in ('completed', 'failed', 'cancelled', 'holdout')) not valid`.execute(db);
}
