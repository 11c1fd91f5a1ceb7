import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { sendEvent } from './events.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { turnsDuring } from './turns-during.ts';
import { contacts, json, makeWorkflow } from './workflow.ts';

let harness: Harness;
let runtime: Awaited<ReturnType<Harness['startRuntime']>>;
beforeAll(async () => {
  harness = await startHarness({ start: false });
  runtime = await harness.startRuntime();
});
afterAll(() => harness.stop());

/** The timeout is long, because compiling takes seconds on a slow machine. */
const patience = { timeoutMs: 180_000 };
/** Maximum size in bytes of the cached definitions of one organization. */
const ofEach = 16 << 20;
/**
 * Maximum number of units in one turn: the limit of one step, plus the units that the turn may have used before that
 * step.
 */
const mostUnits = 4 * 1024 * 1024 + 320 * 1024;

async function bytesOf(kind: string): Promise<number> {
  const gauge = await runtime.metrics.getSingleMetric('drippulse_compiled_bytes')?.get();
  return gauge?.values.find(({ labels }) => labels['kind'] === kind)?.value ?? Number.NaN;
}

async function completed(workflowIds: readonly bigint[]): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from outcomes
    where workflow_id = any(${workflowIds}::bigint[]) and status = 'completed'`.execute(harness.db);
  return rows[0]?.count ?? 0;
}

/** Makes a step of about 237 KB, which is compiled when the first contact reaches it. */
const heavy = (name: string, outputs = 140) =>
  Array.from({ length: 30 }, () => ({
    type: 'log',
    message: `${name}{{ email | append: "!" }}`.repeat(outputs).padEnd(7_800),
  }));

test('forty large workflows with a contact each keep no more memory than one organization may', async () => {
  const ids: bigint[] = [];
  for (let index = 0; index < 40; index += 1) {
    const { id: workflowId } = await makeWorkflow(harness, heavy(String(index)));
    await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
    ids.push(workflowId);
    expect(await bytesOf('definitions')).toBeLessThanOrEqual(ofEach);
  }
  expect(await bytesOf('definitions')).toBeGreaterThan(ofEach / 2);
  await eventually(async () => expect(await completed(ids)).toBe(ids.length));
  expect(await bytesOf('definitions')).toBeLessThanOrEqual(ofEach);
});

test('contacts of organizations make their first moves in turns, and no turn has more than a part of a step', async () => {
  const { id: large } = await makeWorkflow(harness, heavy('large'));
  const { organizationId } = stranger;
  const { id: small } = await makeWorkflow(harness, [{ type: 'log', message: 'Hi' }], { organizationId });
  const { turns } = await turnsDuring(async () => {
    const many = Array.from({ length: 5 }, (_, index) =>
      harness.enrollments().bulkEnroll({ workflowId: large, contacts: contacts(20, `l${index}`) }, patience),
    );
    await harness.enrollments(stranger).bulkEnroll({ workflowId: small, contacts: contacts(1) }, patience);
    await Promise.all(many);
  });
  expect(Math.max(...turns.map(({ units }) => units))).toBeLessThanOrEqual(mostUnits);
  expect(new Set(turns.map(({ round }) => round)).size).toBe(turns.length);
  const organizations = turns.map((turn) => turn.organization);
  expect(organizations.filter((one) => one === String(editor.organizationId)).length).toBeGreaterThan(10);
  expect(organizations.lastIndexOf(String(editor.organizationId))).toBeGreaterThan(
    organizations.lastIndexOf(String(organizationId)),
  );
});

test('applying a workflow compiles nothing of it, and neither does looking at it', async () => {
  const filter = { conditions: [{ field: 'a', operator: 'equals', value: '{{ b | upcase }}'.repeat(500) }] };
  const steps = [{ type: 'trigger', kind: 'event', event_name: 'made.up', filter }, ...heavy('seen', 100)];
  const { result: workflow, turns: applying } = await turnsDuring(() => makeWorkflow(harness, steps));
  expect(applying).toEqual([]);
  const read = await turnsDuring(() => harness.enrollments().listEnrollments({ workflowId: workflow.id }));
  const units = (turns: typeof applying) => turns.reduce((sum, turn) => sum + turn.units, 0);
  // The list needs only the definition without compiled steps, and reads it once.
  expect(units(read.turns)).toBeLessThan(8 * 300_000);
  const again = await turnsDuring(() => harness.enrollments().listEnrollments({ workflowId: workflow.id }));
  expect(units(again.turns)).toBe(0);
});

test('a step looks back for events in turns, each of which has one decision of a rule at most', async () => {
  const contains = { field: 'properties.text', operator: 'contains', value: 'b' };
  const match = { match: 'any', conditions: Array.from({ length: 15 }, () => contains) };
  const events = Array.from({ length: 5 }, () => ({ event_name: 'looked.back', match, go_to: 'next' }));
  const { id: workflowId } = await makeWorkflow(harness, [
    { type: 'wait', duration: 1, unit: 'hours' },
    { type: 'wait_for_event', events },
    { type: 'log', message: 'Done' },
  ]);
  await harness.enrollments().bulkEnroll({ workflowId, contacts: json([{ email: 'back@example.com' }]) });
  for (let index = 0; index < 4; index += 1) {
    await sendEvent(harness, 'looked.back', 'back@example.com', { properties: { text: 'a'.repeat(50_000) } });
  }
  harness.pass(3_600_000);
  const { turns } = await turnsDuring(() =>
    eventually(async () => {
      const { rows } = await sql`select from waits where workflow_id = ${workflowId}`.execute(harness.db);
      expect(rows.length).toBeGreaterThan(0);
    }),
  );
  const units = turns.map((turn) => turn.units);
  expect(units.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(5 * 4 * 15 * 50_000);
  expect(Math.max(...units)).toBeLessThanOrEqual(1024 * 1024 + 320 * 1024);
  expect(await bytesOf('matches')).toBeGreaterThan(0);
});
