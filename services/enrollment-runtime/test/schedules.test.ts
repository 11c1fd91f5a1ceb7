import { create } from '@bufbuild/protobuf';
import { CrmLeadSchema, CrmLeadStatus } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { parseSteps } from '../src/definitions/sealed-steps.ts';
import { syncSchedule } from '../src/lanes/sync-schedule.ts';
import { dueQuery } from '../src/loops/fire-schedules.ts';
import { type Harness, startHarness, stranger, tester } from './harness.ts';
import { apply, json, makeWorkflow, parsed, passToMidHour, workflowOf } from './workflow.ts';

const hourMs = 3_600_000;
const trigger = { type: 'trigger', frequency: 'hourly', timezone: 'Europe/Berlin' };
const log = { type: 'log', message: 'tick' };
const hourly = [trigger, log];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  // A second replica sees the same schedules due at the same time.
  await harness.startRuntime();
  passToMidHour(harness);
});
afterAll(() => harness.stop());

async function listed(workflowId: bigint, caller?: typeof stranger) {
  return (await harness.enrollments(caller).listEnrollments({ workflowId })).enrollments;
}

/** Waits until a workflow has fired this many times. */
async function fired(workflowId: bigint, count: number): Promise<void> {
  await eventually(async () => expect(await listed(workflowId)).toHaveLength(count));
}

const boundaryOf = async (workflowId: bigint) =>
  (
    await harness.db
      .selectFrom('schedules')
      .select('next_tick_at')
      .where('workflow_id', '=', workflowId)
      .executeTakeFirst()
  )?.next_tick_at;

/**
 * Makes a new workflow and advances past its tick. When this tick has fired, the earlier ticks of the other workflows
 * have fired too, or another replica is firing them.
 */
async function passTick(): Promise<void> {
  const { id } = await makeWorkflow(harness, hourly);
  harness.pass(hourMs);
  await fired(id, 1);
}

test('each tick enrolls once for all replicas, without a contact, in the zone of the trigger', async () => {
  const { id: workflowId } = await makeWorkflow(harness, hourly);
  harness.pass(hourMs);
  await fired(workflowId, 1);
  harness.pass(hourMs);
  await fired(workflowId, 2);
  await passTick();
  await fired(workflowId, 3);
  const rows = await listed(workflowId);
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: rows[0]?.id });
  expect(enrollment).toMatchObject({ timezone: 'Europe/Berlin', mode: 1 });
  expect(enrollment?.leadRef).toBeUndefined();
  expect(parsed(enrollment?.contact)).toEqual({});
  await eventually(async () => {
    const statuses = new Set((await listed(workflowId)).map((row) => row.completedAt !== undefined));
    expect(statuses).toEqual(new Set([true]));
  });
});

test('a test workflow fires too, and starts test enrollments only, from a source too', async () => {
  const { id } = await makeWorkflow(harness, hourly, { mode: Mode.TEST });
  const selecting = { ...trigger, source: { record_type: 'lead', filter: { status: 'new' } } };
  const { id: fromSource } = await makeWorkflow(harness, [selecting, log], { mode: Mode.TEST });
  harness.crm.leads.push(
    create(CrmLeadSchema, {
      id: 'l-1',
      publicId: 'lead_1',
      status: CrmLeadStatus.NEW,
      email: 'a@example.com',
      custom: json({}),
    }),
  );
  harness.pass(hourMs);
  for (const workflowId of [id, fromSource]) {
    await eventually(async () => expect(await listed(workflowId, tester)).toMatchObject([{ mode: Mode.TEST }]));
    expect(await listed(workflowId)).toEqual([]);
    await apply(harness, workflowOf([log], { id: workflowId, version: 2, mode: Mode.TEST }));
  }
});

test('ticks missed while nothing ran fire once', async () => {
  const { id } = await makeWorkflow(harness, hourly);
  await harness.stopRuntimes();
  harness.pass(7 * hourMs);
  await harness.startRuntime();
  await harness.startRuntime();
  await fired(id, 1);
  harness.pass(hourMs);
  await fired(id, 2);
});

test('only an active workflow ticks, and activating it counts from the next boundary', async () => {
  const workflow = workflowOf(hourly, { status: WorkflowStatus.DRAFT });
  await apply(harness, workflow);
  expect(await boundaryOf(workflow.id)).toBeUndefined();
  await passTick();
  expect(await listed(workflow.id)).toEqual([]);
  await apply(harness, { ...workflow, status: WorkflowStatus.ACTIVE });
  expect(await listed(workflow.id)).toEqual([]);
  await passTick();
  await fired(workflow.id, 1);
  await apply(harness, { ...workflow, status: WorkflowStatus.PAUSED });
  await passTick();
  await apply(harness, { ...workflow, status: WorkflowStatus.ACTIVE });
  await passTick();
  await fired(workflow.id, 2);
  await apply(harness, workflow, { deleted: true });
  expect(await boundaryOf(workflow.id)).toBeUndefined();
});

test('an edit of the trigger counts from its next boundary, an edit elsewhere keeps the one there was', async () => {
  const workflow = await makeWorkflow(harness, hourly);
  const { id } = workflow;
  const before = await boundaryOf(id);
  await apply(harness, workflowOf([trigger, { ...log, message: 'new' }], { id, version: 2 }));
  expect(await boundaryOf(id)).toEqual(before);
  await apply(harness, workflowOf([{ ...trigger, frequency: '30 4 * * *' }, log], { id, version: 3 }));
  const next = await boundaryOf(id);
  expect(next?.getTime()).toBeGreaterThan((before?.getTime() ?? 0) - hourMs);
  const clock = next?.toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' });
  expect(clock).toBe('04:30:00');
  await apply(harness, workflowOf([log], { id, version: 4 }));
  expect(await boundaryOf(id)).toBeUndefined();
});

test('a schedule that cannot be fired keeps no other from its tick', async () => {
  const broken = await makeWorkflow(harness, hourly);
  const sound = await makeWorkflow(harness, hourly);
  await harness.db.deleteFrom('workflow_versions').where('workflow_id', '=', broken.id).execute();
  // This time makes the broken schedule due before the sound schedule.
  const long = new Date(0);
  await harness.db.updateTable('schedules').set({ next_tick_at: long }).where('workflow_id', '=', broken.id).execute();
  harness.pass(hourMs);
  await fired(sound.id, 1);
  expect(await boundaryOf(broken.id)).toEqual(long);
  await apply(harness, broken, { deleted: true });
});

test("an organization's ticks are its own", async () => {
  const { id } = await makeWorkflow(harness, hourly, { organizationId: 2n });
  harness.pass(hourMs);
  await eventually(async () => expect(await listed(id, stranger)).toHaveLength(1));
  await expect(listed(id)).rejects.toThrow('no workflow');
});

/** Returns the boundary that a trigger gets if it changes in a transaction that began more than 2 ms ago. */
async function syncedAt(began: string, schedule: { frequency: string; timezone: string }): Promise<Date | undefined> {
  const workflowId = 900_000_001n;
  const { steps } = workflowOf([{ type: 'trigger', ...schedule }]);
  const change = {
    organizationId: 1n,
    workflowId,
    state: 'active' as const,
    steps: parseSteps(Buffer.from(steps).toString()),
  };
  return harness.db.transaction().execute(async (trx) => {
    await eventually(async () => {
      const { rows } = await sql<{ late: boolean }>`
        select clock_timestamp() - now() > interval '2 ms' as late`.execute(trx);
      expect(rows[0]?.late).toBe(true);
    });
    await syncSchedule({ dbNow: sql<Date>`${began}::timestamptz` }, trx, change);
    const row = await trx
      .deleteFrom('schedules')
      .where('workflow_id', '=', workflowId)
      .returning('next_tick_at')
      .executeTakeFirst();
    return row?.next_tick_at;
  });
}

test.each([
  ['2026-11-25T09:59:59.999Z', '2026-11-25T11:00:00.000Z'],
  ['2026-11-25T09:59:00.000Z', '2026-11-25T10:00:00.000Z'],
])('a change of a trigger counts from when it had its lock: begun at %s, next at %s', async (began, next) => {
  expect((await syncedAt(began, { frequency: 'hourly', timezone: 'UTC' }))?.toISOString()).toBe(next);
});

// Berlin's clocks go forward on 2027-03-28 at 01:00Z and back on 2027-10-31 at 01:00Z.
test.each([
  ['2027-03-27T12:00:00Z', '2027-03-28T01:00:00.000Z'],
  ['2027-03-28T01:00:00Z', '2027-03-29T00:30:00.000Z'],
  ['2027-10-30T12:00:00Z', '2027-10-31T00:30:00.000Z'],
  ['2027-10-31T00:30:00Z', '2027-11-01T01:30:00.000Z'],
])('on the days that clocks change half past two comes once: after %s at %s', async (began, next) => {
  const schedule = { frequency: '30 2 * * *', timezone: 'Europe/Berlin' };
  expect((await syncedAt(began, schedule))?.toISOString()).toBe(next);
});

test('finding due schedules among many reads by index only those that are due', async () => {
  const plan = await harness.db.transaction().execute(async (trx) => {
    await sql`
      insert into schedules (workflow_id, organization_id, frequency, timezone, next_tick_at)
      select 910_000_000 + n, 1, 'hourly', 'UTC', now() + interval '400 days' + n * interval '1 s'
      from generate_series(1, 20000) as n`.execute(trx);
    await sql`analyze schedules`.execute(trx);
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain (analyze, costs off, timing off) ${dueQuery({ dbNow: sql`now()` })}`.execute(trx);
    await sql`delete from schedules where workflow_id > 910000000`.execute(trx);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toContain('schedules_next_tick_at_idx');
  expect(plan).not.toMatch(/Seq Scan|Rows Removed|Sort/);
});
