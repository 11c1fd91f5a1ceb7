import {
  compileDefinition,
  type Definition,
  type JsonObject,
  stepTypes,
  type TestRun,
  testRun,
} from '@drippulse/engine';
import { type LiveRun, requireAgreement } from '@drippulse/engine/compare-runs';
import { randomContact, randomWorkflow } from '@drippulse/engine/random-workflows';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { eventually } from '@drippulse/testing';
import { testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { settleAllParked } from '../src/parking/settle-parked.ts';
import { type Harness, startHarness, tester } from './harness.ts';
import { contacts, json, makeWorkflow, parsed, type StepInput } from './workflow.ts';

/** Maximum number of visits. A detail shows the last 1,000 lines, and a visit has up to two lines. */
const mostVisits = 300;
/** A duration that is longer than any wait, and shorter than any timeout, in a random workflow. */
const roundMs = 2 * 3_600_000;
const statuses = new Map<EnrollmentStatus | undefined, string>([
  [EnrollmentStatus.COMPLETED, 'completed'],
  [EnrollmentStatus.FAILED, 'failed'],
  [EnrollmentStatus.CANCELLED, 'cancelled'],
]);

let harness: Harness;

type Case = { workflowId: bigint; id: bigint; definition: Definition; tested: TestRun };

/** Compares test runs with test enrollments of random workflows. 200 of the workflows have a step of every type. */
export function agreementTests(count: number): void {
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.stop());

  test(`a test run and a test enrollment agree line by line in ${count} random workflows`, async () => {
    const seed = testSeed('agreement');
    const cases: Case[] = [];
    for (const [steps, contact] of fc.sample(fc.tuple(randomWorkflow, randomContact), { seed, numRuns: 3 * count })) {
      if (cases.length < count)
        cases.push(...(await enter([{ type: 'trigger', id: 'start' }, ...(steps as StepInput[])], contact)));
    }
    expect(cases).toHaveLength(count);
    const types = new Set(cases.flatMap(({ definition }) => definition.steps.map(({ type }) => type)));
    if (count >= 200) expect(types.size).toBe(stepTypes.length);
    await runAll(cases);
    for (const one of cases) requireAgreement(one.tested, await liveRunOf(one));
  }, 600_000);
}

/** Enrolls a test contact, unless its enrollment would loop for too long. */
async function enter(steps: StepInput[], contact: JsonObject): Promise<Case[]> {
  const workflow = await makeWorkflow(harness, steps);
  const { id: workflowId, version } = workflow;
  const definition = compileDefinition({
    workflowId: String(workflowId),
    version,
    // the steps were checked when the workflow was made
    steps: parsed(workflow.steps) as Parameters<typeof compileDefinition>[0]['steps'],
  });
  const tested = testRun(definition, { data: contact, timezone: 'UTC', now: new Date() });
  if (tested.steps.length > mostVisits) return [];
  const { enrollmentIds } = await harness.enrollments(tester).bulkEnroll({ workflowId, contacts: json([contact]) });
  const [id] = enrollmentIds;
  if (id === undefined) throw new Error('the contact is enrolled');
  return [{ workflowId, id, definition, tested }];
}

/** Settles parked runs as the stubs specify, and shifts the time forward, until no run is left. */
async function runAll(cases: readonly Case[]): Promise<void> {
  const definitions = new Map(cases.map(({ id, definition }) => [id, definition]));
  const ids = cases.map(({ id }) => id);
  for (let isRunning = true; isRunning; ) {
    await untilIdle(ids);
    await settleParkings(ids, definitions);
    await untilIdle(ids);
    harness.pass(roundMs);
    const { rows } = await sql`select from runs where enrollment_id = any (${ids}::bigint[]) limit 1`.execute(
      harness.db,
    );
    isRunning = rows.length > 0;
  }
}

/** Waits until no run is leased or due, because each run waits for a time or is parked. */
async function untilIdle(ids: readonly bigint[]): Promise<void> {
  // A call wakes the runtime, which otherwise would not notice that time has passed.
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger' }]);
  await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  await eventually(async () => {
    const { rows } = await sql`
      select from runs where enrollment_id = any (${ids}::bigint[])
        and (lease_until is not null or wake_at <= now() + make_interval(secs => ${harness.shiftMs() / 1000}::float8))
      limit 1`.execute(harness.db);
    return rows.length === 0;
  });
}

async function settleParkings(ids: readonly bigint[], definitions: ReadonlyMap<bigint, Definition>): Promise<void> {
  await harness.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{
      workflow_id: bigint;
      enrollment_id: bigint;
      effect_key: string;
      step_index: number;
      request: string;
      at: Date;
    }>`
      select runs.workflow_id, runs.enrollment_id, effect_key, runs.step_index, request::text as request,
        now() + make_interval(secs => ${harness.shiftMs() / 1000}::float8) as at
      from runs join effects on effects.enrollment_id = runs.enrollment_id and effects.step_index = runs.step_index
      where runs.enrollment_id = any (${ids}::bigint[]) and phase = 'parked' and result is null`.execute(trx);
    const settlements = rows.map((row) => {
      const parks = definitions.get(row.enrollment_id)?.steps[row.step_index]?.parks;
      if (parks === undefined) throw new Error('only steps that park are parked');
      const { result } = parks.stub(JSON.parse(row.request));
      return {
        workflowId: row.workflow_id,
        enrollmentId: row.enrollment_id,
        key: row.effect_key,
        result,
        at: row.at,
      };
    });
    await settleAllParked(trx, settlements);
  });
}

async function liveRunOf({ workflowId, id }: Case): Promise<LiveRun> {
  const { enrollment } = await harness.enrollments(tester).getEnrollment({ workflowId, id });
  if (enrollment === undefined) throw new Error('it is there');
  const lines = enrollment.actionTimeline.map(({ stepId, status, message }) => ({
    stepId,
    status: lineStatuses[status] ?? '',
    ...readMessage(message),
  }));
  return { status: statuses.get(enrollment.status) ?? '', data: parsed(enrollment.data), lines };
}

/** Indexed by the values of the enumeration. */
const lineStatuses = ['', 'succeeded', 'waiting', 'skipped', 'failed', 'retrying'];

/** Separates a stored message from the warnings at its end. */
function readMessage(text: string): { message: string; warnings: string[] } {
  const [message = '', warnings] = text.split(' (warning: ');
  return { message, warnings: warnings === undefined ? [] : warnings.slice(0, -1).split('; ') };
}
