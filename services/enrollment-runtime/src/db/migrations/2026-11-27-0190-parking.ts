import { type Kysely, sql } from 'kysely';

/** Lets runs park, and lets effects be accepted by somebody who settles them later. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table runs drop constraint runs_phase_check,
      add constraint runs_phase_check check (phase in ('ready', 'waiting', 'effect', 'parked')) not valid`.execute(db);
  await sql`
    alter table effects drop constraint effects_status_check,
      add constraint effects_status_check
        check (status in ('pending', 'accepted', 'succeeded', 'skipped', 'failed')) not valid`.execute(db);
}
