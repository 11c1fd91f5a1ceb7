import { createJobsTable } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/** One row for each active workflow that an event starts, and jobs, for sources of schedules. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createJobsTable(db);
  await sql`
    create table event_triggers (
      workflow_id bigint primary key,
      organization_id bigint not null,
      event_name text not null
    )`.execute(db);
  await sql`create index event_triggers_organization_id_event_name_idx
    on event_triggers (organization_id, event_name, workflow_id)`.execute(db);
}
