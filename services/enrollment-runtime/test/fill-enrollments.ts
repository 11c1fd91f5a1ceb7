import { type Kysely, sql } from 'kysely';
import type { DB } from '../src/db/schema.ts';

/** Enrollments of each workflow; workflow n belongs to organization n. */
const enrollments = [100_000, 70_000, 30_000];

const steps = JSON.stringify([
  { id: 's0', type: 'trigger', name: 'Start', position: 0, config: {} },
  { id: 's1', type: 'wait', name: 'Pause', position: 1, config: { duration: 1, unit: 'hours' } },
  { id: 's2', type: 'log', name: 'Done', position: 2, config: { message: 'done' } },
]);

/**
 * 200,000 enrollments of three organizations. Of a hundred, 40 have ended (one of them failed), 55 wait, 3 are due, one
 * is held under a lease that has ended, one is paused; each has a line in its timeline.
 */
export async function fillEnrollments(db: Kysely<DB>): Promise<void> {
  for (const [index, count] of enrollments.entries()) {
    const workflowId = index + 1;
    await sql`insert into workflow_versions (workflow_id, version, steps) values (${workflowId}, 1, ${steps})`.execute(
      db,
    );
    await sql`
      insert into lanes (workflow_id, organization_id, sequence, version, state, wake_at, name)
      values (${workflowId}, ${workflowId}, 1, 1, 'active', now(), 'W')`.execute(db);
    await sql`
      insert into enrollments (workflow_id, id, organization_id, created_at, key, version, mode, timezone, lead_ref, email, search, contact)
      select ${workflowId}, ${index * 1_000_000} + n, ${workflowId}, now(), gen_random_uuid(), 1,
        case when n % 50 = 0 then 'test' else 'live' end, 'UTC', 'lead-' || n, left(md5(n::text), 12) || '@example.com',
        chr(10) || left(md5(n::text), 12) || '@example.com', '{}'
      from generate_series(1, ${count}) n`.execute(db);
    await sql`
      insert into outcomes (workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, mode, status)
      select workflow_id, id, organization_id, now(), 1, 2, 1, mode, case when id % 100 = 1 then 'failed' else 'completed' end
      from enrollments where workflow_id = ${workflowId} and id % 100 < 40`.execute(db);
    await sql`
      insert into runs (workflow_id, enrollment_id, organization_id, next_run_at, wake_at, lease_until, updated_at, version, step_index, lines, mode, status, phase)
      select workflow_id, id, organization_id,
        case when id % 100 < 95 then now() + interval '1 day' else now() - interval '1 second' end,
        case when id % 100 < 95 then now() + interval '1 day' when id % 100 < 98 then now() - interval '1 second' end,
        case when id % 100 = 98 then now() - interval '1 second' end,
        now(), 1, 1, 1, mode, case when id % 100 = 99 then 'paused' else 'active' end, 'waiting'
      from enrollments where workflow_id = ${workflowId} and id % 100 >= 40`.execute(db);
    await sql`
      insert into timeline (enrollment_id, sequence, at, step_index, attempt, status, message)
      select id, 1, now(), 0, 1, 'succeeded', 'Started' from enrollments where workflow_id = ${workflowId}`.execute(db);
  }
  await sql`vacuum analyze`.execute(db);
}
