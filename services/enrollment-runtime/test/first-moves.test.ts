import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Harness, startHarness } from './harness.ts';
import { apply, contacts, makeWorkflow, workflowOf } from './workflow.ts';

const waiting = [{ type: 'trigger' }, { type: 'wait', duration: 1, unit: 'hours' }, { type: 'log', message: 'Done' }];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

type RunRow = { step_index: number; phase: string; fence: number; lines: number; waits_an_hour: boolean };

async function runsOf(workflowId: bigint): Promise<RunRow[]> {
  const { rows } = await sql<RunRow>`
    select step_index, phase, fence, lines, next_run_at = updated_at + interval '1 hour' as waits_an_hour
    from runs where workflow_id = ${workflowId}`.execute(harness.db);
  return rows;
}

async function linesOf(workflowId: bigint): Promise<unknown[]> {
  const { rows } = await sql`
    select line.sequence, line.step_index, line.status from timeline_lines as line
    join enrollments on enrollments.id = line.enrollment_id
    where workflow_id = ${workflowId} order by enrollment_id, sequence`.execute(harness.db);
  return rows;
}

async function countersOf(workflowId: bigint): Promise<unknown[]> {
  const { rows } = await sql`
    select step_id, active::int, completed::int from counters
    where workflow_id = ${workflowId} and active + completed <> 0 order by step_id`.execute(harness.db);
  return rows;
}

test('a contact is stored where its first wait is, without a claim', async () => {
  const { id: workflowId } = await makeWorkflow(harness, waiting);
  await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(2) });
  const run = { step_index: 1, phase: 'waiting', fence: 0, lines: 2, waits_an_hour: true };
  expect(await runsOf(workflowId)).toEqual([run, run]);
  expect(await linesOf(workflowId)).toHaveLength(4);
  expect(await countersOf(workflowId)).toEqual([{ step_id: 's1', active: 2, completed: 0 }]);
  harness.pass(3_600_000);
  await eventually(async () =>
    expect(await countersOf(workflowId)).toEqual([{ step_id: 's2', active: 0, completed: 2 }]),
  );
});

test('one with nothing to wait for ends as it enters, and both events come in order', async () => {
  const { id: workflowId } = await makeWorkflow(harness, [
    { type: 'trigger' },
    { type: 'set_fields', fields: { greeting: 'Hi {{ email }}' } },
  ]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  expect(await runsOf(workflowId)).toEqual([]);
  expect(await countersOf(workflowId)).toEqual([{ step_id: 's1', active: 0, completed: 1 }]);
  const [id = 0n] = enrollmentIds;
  expect(await linesOf(workflowId)).toHaveLength(2);
  await eventually(() => {
    const told = harness.published.filter((event) => event.aggregate === `enrollment:${id}`);
    expect(told.map((event) => event.payload.case)).toEqual(['started', 'completed']);
    expect(told[1]?.sequence).toBeGreaterThan(told[0]?.sequence ?? 0n);
  });
});

test('contacts of a paused workflow stay where they enter until it goes on', async () => {
  const workflow = workflowOf(waiting, { status: WorkflowStatus.PAUSED });
  await apply(harness, workflow);
  await harness.enrollments().bulkEnroll({ workflowId: workflow.id, contacts: contacts(1) });
  expect(await runsOf(workflow.id)).toMatchObject([{ step_index: 0, phase: 'ready', lines: 0 }]);
  await apply(harness, workflowOf(waiting, { id: workflow.id, status: WorkflowStatus.ACTIVE }));
  await eventually(async () =>
    expect(await runsOf(workflow.id)).toMatchObject([{ step_index: 1, phase: 'waiting', lines: 2 }]),
  );
});

test('contacts enter all the same where the database takes none of their first moves', async () => {
  const { id: workflowId } = await makeWorkflow(harness, waiting);
  await sql`
    create function refuse_line() returns trigger language plpgsql as $$ begin raise 'no line'; end $$`.execute(
    harness.db,
  );
  await sql`create trigger refuse before insert on timeline for each row execute function refuse_line()`.execute(
    harness.db,
  );
  const { createdCount } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) });
  expect(createdCount).toBe(3n);
  expect(await countersOf(workflowId)).toEqual([{ step_id: 's0', active: 3, completed: 0 }]);
  await sql`drop function refuse_line cascade`.execute(harness.db);
  await eventually(async () =>
    expect(await countersOf(workflowId)).toEqual([{ step_id: 's1', active: 3, completed: 0 }]),
  );
});

test('what cannot be stored leaves nothing behind, with its first moves or without', async () => {
  const { id: workflowId } = await makeWorkflow(harness, waiting);
  await sql`alter table enrollments add constraint refused check (workflow_id <> ${sql.lit(workflowId)})`.execute(
    harness.db,
  );
  // The rows of the outbox itself cannot be counted, because its relay may still be sending events of earlier tests.
  const written = async () => {
    const { rows } = await sql<{ lines: number; told: number }>`
      select (select count(*) from timeline)::int as lines, (select last_value from outbox_id_seq)::int as told,
        (select count(*) from runs where workflow_id = ${workflowId})::int as runs`.execute(harness.db);
    return rows;
  };
  const before = await written();
  await expect(harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) })).rejects.toThrow();
  await expect(harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3) })).rejects.toThrow();
  expect(await written()).toEqual(before);
  await sql`alter table enrollments drop constraint refused`.execute(harness.db);
});
