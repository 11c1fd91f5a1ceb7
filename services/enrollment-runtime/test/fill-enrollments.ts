import { analyzeWhole } from '@drippulse/testing';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../src/db/schema.ts';

/** Number of enrollments of each workflow; workflow n belongs to organization n. */
const enrollments = [100_000, 70_000, 30_000];

const steps = JSON.stringify([
  { id: 's0', type: 'trigger', name: 'Start', position: 0, config: {} },
  { id: 's1', type: 'wait', name: 'Pause', position: 1, config: { duration: 1, unit: 'hours' } },
  { id: 's2', type: 'log', name: 'Done', position: 2, config: { message: 'done' } },
]);

/**
 * Fills in 200,000 enrollments of three organizations. Of each hundred, 40 have ended (one of them failed, one was
 * cancelled), 55 wait, 3 are due, one has an effect in flight under an expired lease, and one is paused. Of each
 * 10,000, one has failed and one is paused on a rare step. A fifth of the enrollments have their texts in rows of their
 * own; the texts of all others are in rows of blocks. Runs and outcomes are not stored in the order of ids, as after
 * many moves.
 */
export async function fillEnrollments(db: Kysely<DB>): Promise<void> {
  for (const [index, count] of enrollments.entries()) {
    const workflowId = index + 1;
    await sql`insert into workflow_versions (workflow_id, version, steps, settings)
      values (${workflowId}, 1, ${steps}, '{}')`.execute(db);
    await sql`
      insert into lanes (workflow_id, organization_id, sequence, version, mode, state, wake_at, name)
      values (${workflowId}, ${workflowId}, 1, 1, 'live', 'active', now(), 'W')`.execute(db);
    await sql`
      insert into enrollments (
        workflow_id, id, organization_id, created_at, key, version, is_holdout, mode, timezone, lead_ref, email, contact)
      select ${workflowId}, ${index * 1_000_000} + n, ${workflowId}, now() - (${count} - n) * interval '10 seconds', gen_random_uuid(), 1,
        false, case when n / 100 % 50 = 0 then 'test' else 'live' end, 'UTC', 'lead-' || n,
        left(md5(n::text), 12) || '@example.com', '{}'
      from generate_series(1, ${count}) n`.execute(db);
    await fillTexts(db, workflowId, index * 1_000_000 + count / 5);
    await fillPlaces(db, workflowId);
    await fillTraces(db, workflowId);
  }
  await fillManyWorkflows(db, { organizationId: 5, workflows: 200, count: 40_000 });
  await analyzeWhole(db);
}

/**
 * Fills in an organization with many workflows, which people entered in turn, one every ten seconds. One enrollment in
 * 200 has failed. No enrollment is due.
 */
async function fillManyWorkflows(
  db: Kysely<DB>,
  { organizationId, workflows, count }: { organizationId: number; workflows: number; count: number },
): Promise<void> {
  const first = organizationId * 1_000_000;
  await sql`
    insert into lanes (workflow_id, organization_id, sequence, version, mode, state, name)
    select ${first} + n, ${organizationId}, 1, 1, 'live', 'active', 'W' from generate_series(1, ${workflows}) n`.execute(
    db,
  );
  await sql`
    insert into enrollments (
      workflow_id, id, organization_id, created_at, key, version, is_holdout, mode, timezone, lead_ref, email, contact)
    select ${first} + n % ${workflows} + 1, ${first} + n, ${organizationId}, now() - (${count} - n) * interval '10 seconds',
      gen_random_uuid(), 1, false, 'live', 'UTC', 'lead-' || n, 'p' || n || '@example.com', '{}'
    from generate_series(1, ${count}) n`.execute(db);
  await sql`
    insert into enrollment_search (workflow_id, block, text)
    select workflow_id, id >> 3, repeat(chr(30), (id & 7)::int) || chr(10) || email
    from enrollments where organization_id = ${organizationId}`.execute(db);
  await sql`
    insert into outcomes (workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, mode, status)
    select workflow_id, id, organization_id, now(), 1, 2, 1, mode, case when hashint8(id) % 200 = 0 then 'failed' else 'completed' end
    from enrollments where organization_id = ${organizationId} and id % 2 = 0`.execute(db);
  await sql`
    insert into runs (
      workflow_id, enrollment_id, organization_id, next_run_at, updated_at, entered_at, version, step_index, lines, mode)
    select workflow_id, id, organization_id, now() + interval '1 day', now(), now(), 1, 1, 1, mode
    from enrollments where organization_id = ${organizationId} and id % 2 = 1`.execute(db);
  await sql`
    insert into counters (workflow_id, version, step_id, mode, active)
    select workflow_id, 1, 's1', 'live', count(*) from enrollments where organization_id = ${organizationId}
    group by workflow_id`.execute(db);
}

/** Fills in texts. Texts of enrollments up to the id `lastAlone` are in rows of their own; later texts share rows. */
async function fillTexts(db: Kysely<DB>, workflowId: number, lastAlone: number): Promise<void> {
  await sql`
    insert into enrollment_search (workflow_id, block, text)
    select ${workflowId}, id >> 3, repeat(chr(30), min(id & 7)::int) || string_agg(chr(10) || email, chr(30) order by id)
    from enrollments where workflow_id = ${workflowId}
    group by id >> 3, case when id <= ${lastAlone} then id end`.execute(db);
}

async function fillPlaces(db: Kysely<DB>, workflowId: number): Promise<void> {
  await sql`
    insert into outcomes (workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, mode, status)
    select workflow_id, id, organization_id, now(), 1,
      case when id % 10000 = 1 or id % 100 = 2 then 1 else 2 end, 1, mode,
      case id % 100 when 1 then 'failed' when 2 then 'cancelled' else 'completed' end
    from enrollments where workflow_id = ${workflowId} and id % 100 < 40 order by md5(id::text)`.execute(db);
  await sql`
    insert into runs (
      workflow_id, enrollment_id, organization_id, next_run_at, wake_at, lease_until, updated_at, entered_at, version,
      step_index, attempt, lines, mode, status, phase)
    select workflow_id, id, organization_id,
      case when id % 100 < 95 then now() + interval '1 day' else now() - interval '1 second' end,
      case when id % 100 < 95 then now() + interval '1 day' when id % 100 < 98 then now() - interval '1 second' end,
      case when id % 100 = 98 then now() - interval '1 second' end,
      now(), now(), 1, case when id % 10000 = 99 or id % 10 = 7 then 0 else 1 end, (id % 100 = 98)::int, 1, mode,
      case when id % 100 = 99 then 'paused' else 'active' end, case when id % 100 = 98 then 'effect' else 'waiting' end
    from enrollments where workflow_id = ${workflowId} and id % 100 >= 40 order by md5(id::text)`.execute(db);
}

/**
 * Fills in one line for each enrollment, but 5,000 lines for the first; three effects for each enrollment, one of them
 * in flight; and mails for every tenth enrollment.
 */
async function fillTraces(db: Kysely<DB>, workflowId: number): Promise<void> {
  await sql`
    insert into timeline (enrollment_id, sequence, at, step_index, attempt, version, status, message)
    select id, line, now(), 0, 1, 1, 'succeeded', 'Started'
    from enrollments cross join lateral generate_series(1, case when id = 1 then 5000 else 1 end) as line
    where workflow_id = ${workflowId}`.execute(db);
  await sql`
    insert into effects (enrollment_id, workflow_id, organization_id, created_at, step_index, attempt, effect_key, step_id, kind, request)
    select id, workflow_id, organization_id, now() - visit * interval '1 minute', 1, 0, key || ':s1:' || visit, 's1', 'email', '{}'
    from enrollments, generate_series(0, 2) as visit
    where workflow_id = ${workflowId} and id % 100 = 98 order by md5(id::text)`.execute(db);
  await sql`
    insert into deliveries (organization_id, workflow_id, enrollment_id, queued_at, status, channel, integration_id, receiver, subject, effect_key, step_id, message_id)
    select organization_id, workflow_id, id, now(), 'sent', 'email', 'smtp', email, 'Hello', key || ':s1:' || visit, 's1', key || ':' || visit
    from enrollments, generate_series(0, 2) as visit
    where workflow_id = ${workflowId} and id % 10 = 0 order by md5(id::text)`.execute(db);
}

/** Fills in workflows of one organization, without runs. Every second workflow is due. */
export async function fillLanes(db: Kysely<DB>, of: { organizationId: number; count: number }): Promise<void> {
  await sql`
    insert into lanes (workflow_id, organization_id, sequence, version, mode, state, wake_at, name)
    select 1000 + n, ${of.organizationId}, 1, 1, 'live', 'active',
      now() + case when n % 2 = 0 then interval '-1 hour' else interval '1 day' end, 'W'
    from generate_series(1, ${of.count}) n`.execute(db);
  await sql`vacuum analyze lanes`.execute(db);
}

/** Fills in schedules, of which every 400th is due. */
export async function fillSchedules(db: Kysely<DB>, count: number): Promise<void> {
  await sql`
    insert into schedules (workflow_id, organization_id, next_tick_at, frequency, timezone)
    select n, 4, now() + case when n % 400 = 0 then interval '-1 second' else interval '1 day' end, '0 9 * * *', 'UTC'
    from generate_series(1, ${count}) n`.execute(db);
  await sql`vacuum analyze schedules`.execute(db);
}
