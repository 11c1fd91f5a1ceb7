import { randomUUIDv7 } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { ChainCutReason } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { eventually, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { chainDays } from '../src/loops/forget-chains.ts';
import { type Harness, startHarness, stranger } from './harness.ts';
import { apply, contacts, json, makeWorkflow, refusal, type StepInput, workflowOf } from './workflow.ts';

const budget = 10;
const trigger = { type: 'trigger' };
const onLead = { type: 'trigger', kind: 'event', event_name: 'lead.created', timezone: 'UTC' };
const hold = { type: 'wait', duration: 1, unit: 'hours' };
/** Makes a step that is retried soon if its call times out on a busy machine. */
const createLead = (email = 'next@example.com') => ({ type: 'crm_create_lead', email, retry: { backoff_seconds: 1 } });

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ chainBudget: budget });
  // A second process shares the counts of the chains.
  await harness.startRuntime();
});
afterAll(() => harness.stop());

const newCause = () => `evt_${randomUUIDv7()}`;
/** Returns the options of a call that continues a chain, as the gateway or another service sends it. */
const within = (cause: string, organization = 1) => ({ headers: { 'x-cause': `${organization} ${cause}` } });

const bulk = (workflowId: bigint, count: number, cause: string, key?: string) =>
  harness
    .enrollments()
    .bulkEnroll(
      { workflowId, contacts: contacts(count) },
      { headers: { ...within(cause).headers, ...(key !== undefined && { 'idempotency-key': key }) } },
    );

async function enrolled(workflowId: bigint): Promise<number> {
  const rows = await harness.db.selectFrom('enrollments').select('id').where('workflow_id', '=', workflowId).execute();
  return rows.length;
}

async function counted(cause: string): Promise<bigint | undefined> {
  const row = await harness.db.selectFrom('chains').select('counted').where('cause', '=', cause).executeTakeFirst();
  return row?.counted;
}

const cuts = (cause: string) =>
  harness.published.flatMap(({ payload }) =>
    payload.case === 'chainCut' && payload.value.cause === cause ? [payload.value] : [],
  );

function leadCreated(more: { cause?: string; hops?: number } = {}): CrmEvent {
  const id = newCause();
  const value = { id: randomUUIDv7(), publicId: `lead_${id}`, email: `${id}@example.com`, custom: json({}) };
  return create(CrmEventSchema, {
    id,
    time: timestampNow(),
    organizationId: 1n,
    sequence: 1n,
    aggregate: `lead:${id}`,
    payload: { case: 'leadCreated', value },
    ...more,
  });
}

const make = async (...steps: StepInput[]) => (await makeWorkflow(harness, steps)).id;
const unlisten = (id: bigint) => apply(harness, workflowOf([hold], { id, version: 2 }));

test('requests that continue a chain enroll up to its budget, all or none, and its end is reported once', async () => {
  const workflowId = await make(trigger, hold);
  const cause = newCause();
  await bulk(workflowId, 4, cause, 'one');
  await bulk(workflowId, 4, cause, 'one');
  expect(await counted(cause)).toBe(4n);
  expect(await refusal(bulk(workflowId, 7, cause))).toBe('failed_precondition chain_cut');
  await bulk(workflowId, 6, cause);
  for (let n = 0; n < 3; n += 1)
    expect(await refusal(bulk(workflowId, 1, cause))).toBe('failed_precondition chain_cut');
  expect(await enrolled(workflowId)).toBe(budget);
  const cut = { cause, reason: ChainCutReason.BUDGET, budget: BigInt(budget), workflowId };
  await eventually(() => expect(cuts(cause)).toMatchObject([cut]));
});

test('processes that enroll at the same time share the budget', async () => {
  const workflowId = await make(trigger, hold);
  const cause = newCause();
  const calls = Array.from({ length: 2 * budget }, () => refusal(bulk(workflowId, 1, cause)));
  const refusals = (await Promise.all(calls)).filter((reason) => reason !== undefined);
  expect(refusals).toEqual(Array.from({ length: budget }, () => 'failed_precondition chain_cut'));
  expect(await enrolled(workflowId)).toBe(budget);
});

test('a chain of another organization is none, and a request without a chain has no count', async () => {
  const workflowId = await make(trigger, hold);
  const cause = newCause();
  await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(3 * budget) }, within(cause, 2));
  expect(await enrolled(workflowId)).toBe(3 * budget);
  expect(
    await harness.db.selectFrom('chains').select('cause').where('cause', 'like', 'enrollment:%').execute(),
  ).toEqual([]);
  expect(await counted(cause)).toBeUndefined();
});

test('events of one chain start up to its budget, those of others go on', async () => {
  const workflowId = await make(onLead, hold);
  const cause = newCause();
  const chained = Array.from({ length: 2 * budget }, () => leadCreated({ cause, hops: 1 }));
  const roots = Array.from({ length: 2 * budget }, () => leadCreated());
  const mixed = chained.flatMap((event, index) => [event, roots[index] ?? event]);
  await harness.publishCrm(...mixed);
  await harness.publishCrm(...mixed);
  await harness.crmHandled();
  const rows = await harness.db
    .selectFrom('enrollments')
    .select('cause')
    .where('workflow_id', '=', workflowId)
    .execute();
  expect(rows.filter((row) => row.cause === cause)).toHaveLength(budget);
  expect(new Set(rows.map((row) => row.cause))).toEqual(new Set([cause, ...roots.map(({ id }) => id)]));
  await eventually(() => expect(cuts(cause)).toHaveLength(1));
  await unlisten(workflowId);
});

test('each of many imported records is a cause: their workflows take all their steps', async () => {
  harness.crm.writes.splice(0);
  const activity = { type: 'crm_create_activity', kind: 'note', subject: 'Imported' };
  const workflowId = await make(onLead, createLead(), activity);
  const imported = Array.from({ length: 5 * budget }, () => leadCreated());
  await harness.publishCrm(...imported);
  await eventually(() => expect(harness.crm.writes).toHaveLength(2 * imported.length));
  await eventually(async () => {
    const rows = await harness.db
      .selectFrom('outcomes')
      .select('status')
      .where('workflow_id', '=', workflowId)
      .execute();
    expect(rows.map(({ status }) => status)).toEqual(imported.map(() => 'completed'));
  });
  expect(imported.flatMap(({ id }) => cuts(id))).toEqual([]);
  await unlisten(workflowId);
});

test('steps make records up to the budget of their chain; later ones fail, and say why', async () => {
  harness.crm.writes.splice(0);
  const cause = newCause();
  const workflowId = await make(
    onLead,
    createLead('1@x.org'),
    createLead('2@x.org'),
    createLead('3@x.org'),
    createLead('4@x.org'),
  );
  await harness.publishCrm(...Array.from({ length: 4 }, () => leadCreated({ cause, hops: 1 })));
  await eventually(async () => {
    const rows = await harness.db
      .selectFrom('outcomes')
      .select('status')
      .where('workflow_id', '=', workflowId)
      .execute();
    expect(rows).toHaveLength(4);
  });
  // The enrollments have used four places of the budget.
  expect(harness.crm.writes).toHaveLength(budget - 4);
  expect(new Set(harness.crm.writes.map(({ cause: given }) => given))).toEqual(new Set([`1 ${cause}`]));
  const { enrollments } = await harness.enrollments().listEnrollments({ workflowId });
  expect(enrollments.map(({ lastError }) => lastError ?? '').join()).toContain('used up its budget');
  await eventually(() => expect(cuts(cause)).toHaveLength(1));
  await unlisten(workflowId);
});

test('a callback carries the chain of its enrollment, signed, and so do the events of the enrollment', async () => {
  const receiver = await startReceiver();
  const callback = { type: 'webhook_callback', url: receiver.url, payload: {} };
  const workflowId = await make(trigger, callback);
  const cause = newCause();
  const {
    enrollmentIds: [chained = 0n],
  } = await bulk(workflowId, 1, cause);
  const {
    enrollmentIds: [root = 0n],
  } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  const requests = await receiver.received(2);
  const chains = requests.map(({ headers }) => harness.readChain(String(headers['drippulse-chain'])));
  expect(new Set(chains.map((chain) => chain?.cause))).toEqual(new Set([cause, `enrollment:${workflowId}:${root}`]));
  expect(chains.map((chain) => chain?.organizationId)).toEqual([1n, 1n]);
  await eventually(() => {
    const causes = (id: bigint) =>
      harness.published.flatMap((event) => (event.aggregate === `enrollment:${id}` ? [event.cause] : []));
    expect([causes(chained), causes(root)]).toEqual([
      [cause, cause],
      ['', ''],
    ]);
  });
  await receiver.stop();
});

test('records that other services make for a chain are counted, all of a request or none', async () => {
  const cause = newCause();
  const count = (records: number) => refusal(harness.chains().countRecords({ cause, records }));
  expect([await count(6), await count(5), await count(4), await count(1)]).toEqual([
    undefined,
    'failed_precondition chain_cut',
    undefined,
    'failed_precondition chain_cut',
  ]);
  expect(await refusal(harness.chains(stranger).countRecords({ cause, records: budget }))).toBeUndefined();
  await eventually(() => expect(cuts(cause)).toHaveLength(1));
});

test('the count of a chain is kept for so many days after it last led to something', async () => {
  const [old, recent] = [newCause(), newCause()];
  for (const cause of [old, recent]) await harness.chains().countRecords({ cause, records: 1 });
  for (const [cause, days] of [
    [old, chainDays + 1],
    [recent, chainDays - 1],
  ] as const) {
    await sql`update chains set counted_on = current_date - ${days}::int where cause = ${cause}`.execute(harness.db);
  }
  await harness.stopRuntimes();
  await harness.startRuntime();
  await eventually(async () => expect([await counted(old), await counted(recent)]).toEqual([undefined, 1n]));
});
