import { type Kysely, sql } from 'kysely';

/**
 * Lists by status and step together, and by status of test enrollments. Live runs that a person does not hold are in none
 * of the new indexes of `runs`, so that a claim writes as much as before.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index runs_paused_step_index_idx on runs (workflow_id, step_index, enrollment_id)
    where status = 'paused'`.execute(db);
  await sql`create index runs_test_status_idx on runs (workflow_id, status, enrollment_id)
    where mode = 'test'`.execute(db);
  // A list by step alone merges the three statuses, so one index serves both.
  await sql`drop index outcomes_step_index_idx`.execute(db);
  await sql`create index outcomes_step_index_idx on outcomes (workflow_id, step_index, status, enrollment_id)`.execute(
    db,
  );
  await sql`drop index outcomes_test_step_index_idx`.execute(db);
  await sql`create index outcomes_test_step_index_idx on outcomes (workflow_id, step_index, status, enrollment_id)
    where mode = 'test'`.execute(db);
  // Failed and cancelled ones end on other steps than completed ones, which the planner would not know.
  await sql`create statistics outcomes_place (mcv) on workflow_id, step_index, status from outcomes`.execute(db);
}
