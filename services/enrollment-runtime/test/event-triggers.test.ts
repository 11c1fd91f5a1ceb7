import { randomUUIDv7 } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { ChainCutReason } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { longestChain } from '../src/events/index.ts';
import { triggersQuery } from '../src/triggers/find-triggers.ts';
import { type Harness, startHarness, stranger, tester } from './harness.ts';
import { apply, makeWorkflow, parsed, type StepInput, workflowOf } from './workflow.ts';

const onLead = { type: 'trigger', kind: 'event', event_name: 'lead.created', timezone: 'Europe/Berlin' };
const hold = { type: 'wait', duration: 1, unit: 'hours' };
const time = timestampFromDate(new Date('2026-11-25T09:00:00Z'));

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  // Starts a second replica, which may get the same events.
  await harness.startRuntime();
});
afterAll(() => harness.stop());

function eventOf(
  payload: MessageInitShape<typeof CrmEventSchema>['payload'],
  more: { organizationId?: bigint; hops?: number; id?: string } = {},
): CrmEvent {
  const { organizationId = 1n, hops = 0, id = `evt_${randomUUIDv7()}` } = more;
  return create(CrmEventSchema, { id, time, organizationId, hops, sequence: 1n, aggregate: `lead:${id}`, payload });
}

const custom = new TextEncoder().encode('{"plan":"pro"}');

function leadCreated(email: string, more = {}): CrmEvent {
  const value = { id: randomUUIDv7(), publicId: `lead_${email}`, email, score: 40, custom };
  return eventOf({ case: 'leadCreated', value }, more);
}

const listed = async (workflowId: bigint, caller?: typeof stranger) =>
  (await harness.enrollments(caller).listEnrollments({ workflowId })).enrollments;

async function listening(steps: readonly StepInput[], options = {}): Promise<bigint> {
  return (await makeWorkflow(harness, steps, options)).id;
}

test('a lead that is created starts the workflows that ask for it, each once, however often the event comes', async () => {
  const workflows = [await listening([onLead, hold]), await listening([onLead, hold])];
  const other = await listening([{ ...onLead, event_name: 'lead.deleted' }, hold]);
  const event = leadCreated('ada@example.com');
  await harness.publishCrm(event, event);
  await harness.publishCrm(event);
  await harness.crmHandled();
  for (const workflowId of workflows) {
    const [row, ...more] = await listed(workflowId);
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      leadRef: 'lead_ada@example.com',
      timezone: 'Europe/Berlin',
      mode: 1,
      contact: { email: 'ada@example.com' },
    });
    const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: row?.id });
    expect(parsed(enrollment?.data)).toMatchObject({
      lead_ref: 'lead_ada@example.com',
      email: 'ada@example.com',
      custom: { plan: 'pro' },
      event: {
        id: event.id,
        name: 'lead.created',
        occurred_at: '2026-11-25T09:00:00.000Z',
        properties: { public_id: 'lead_ada@example.com', score: 40 },
      },
    });
  }
  expect(await listed(other)).toEqual([]);
  for (const id of [...workflows, other]) await apply(harness, workflowOf([hold], { id, version: 2 }));
});

test('a change of the CRM, which is live, starts no test workflow', async () => {
  const testing = await listening([onLead, hold], { mode: Mode.TEST });
  const live = await listening([onLead, hold]);
  await harness.publishCrm(leadCreated('real@example.com'));
  await harness.crmHandled();
  expect(await listed(live)).toHaveLength(1);
  expect(await listed(testing, tester)).toEqual([]);
  expect(await listed(testing)).toEqual([]);
  for (const id of [testing, live]) await apply(harness, workflowOf([hold], { id, version: 2 }));
});

test('only an active workflow listens, and only to its own organization', async () => {
  const draft = workflowOf([onLead, hold], { status: WorkflowStatus.DRAFT });
  await apply(harness, draft);
  const paused = await makeWorkflow(harness, [onLead, hold]);
  await apply(harness, { ...paused, status: WorkflowStatus.PAUSED });
  const theirs = await listening([onLead, hold], { organizationId: 2n });
  await harness.publishCrm(leadCreated('a@example.com'), leadCreated('b@example.com', { organizationId: 2n }));
  await harness.crmHandled();
  expect([await listed(draft.id), await listed(paused.id)]).toEqual([[], []]);
  expect(await listed(theirs, stranger)).toMatchObject([{ contact: { email: 'b@example.com' } }]);
  await apply(harness, { ...draft, status: WorkflowStatus.ACTIVE });
  await harness.publishCrm(leadCreated('c@example.com'));
  await eventually(async () => expect(await listed(draft.id)).toHaveLength(1));
  await apply(harness, draft, { deleted: true });
  await apply(harness, paused, { deleted: true });
});

test.each([
  ['the contact', { field: 'score', operator: 'greater_than', value: 39 }, true],
  ['the contact', { field: 'score', operator: 'greater_than', value: 40 }, false],
  ['properties', { field: 'properties.custom.plan', operator: 'equals', value: 'pro' }, true],
  ['event_name', { field: 'event_name', operator: 'equals', value: 'lead.updated' }, false],
])('a filter sees %s: %j', async (_name, condition, isStarted) => {
  const id = await listening([{ ...onLead, filter: { conditions: [condition] } }, hold]);
  await harness.publishCrm(leadCreated('f@example.com'));
  await harness.crmHandled();
  expect(await listed(id)).toHaveLength(isStarted ? 1 : 0);
  await apply(harness, workflowOf([hold], { id, version: 2 }));
});

test('a change of an opportunity enrolls its contact, whom the CRM is asked for until it answers', async () => {
  const id = await listening([{ ...onLead, event_name: 'opportunity.stage_changed' }, hold]);
  harness.crm.contacts.push(
    create(CrmContactSchema, { id: 'c-1', publicId: 'cnt_1', email: 'eve@example.com', custom }),
  );
  harness.crm.fail(new DomainError('unavailable', 'service_unavailable', 'away'));
  const opportunity = { id: randomUUIDv7(), publicId: 'opp_1', name: 'Acme', contactId: 'c-1', custom };
  await harness.publishCrm(
    eventOf({ case: 'opportunityStageChanged', value: opportunity }),
    eventOf({ case: 'opportunityStageChanged', value: { ...opportunity, publicId: 'opp_2', contactId: 'gone' } }),
    eventOf({ case: 'opportunityUpdated', value: opportunity }),
  );
  await eventually(async () => expect(await listed(id)).toHaveLength(2));
  const emails = (await listed(id)).map(({ leadRef, contact }) => [leadRef, contact?.email] as const);
  expect(Object.fromEntries(emails)).toEqual({ cnt_1: 'eve@example.com', opp_2: undefined });
});

test('workflows that start each other end after so many in a row, which is reported', async () => {
  const id = await listening([onLead, hold]);
  const last = leadCreated('last@example.com', { hops: longestChain });
  const over = leadCreated('over@example.com', { hops: longestChain + 1 });
  await harness.publishCrm(over, last);
  await harness.crmHandled();
  expect(await listed(id)).toMatchObject([{ contact: { email: 'last@example.com' } }]);
  await eventually(() =>
    expect(
      harness.published.flatMap(({ payload }) => (payload.case === 'chainCut' ? [payload.value] : [])),
    ).toMatchObject([{ cause: over.id, reason: ChainCutReason.DEPTH, workflowId: id }]),
  );
  await apply(harness, workflowOf([hold], { id, version: 2 }));
});

test('what a started workflow does says how many led to it', async () => {
  harness.crm.writes.splice(0);
  const create = { type: 'crm_create_lead', email: 'next@example.com' };
  const id = await listening([onLead, create]);
  await harness.publishCrm(leadCreated('first@example.com', { hops: 2 }));
  await eventually(() =>
    expect(harness.crm.writes).toMatchObject([
      { caller: { organizationId: 1n, actor: { type: 'workflow', id: String(id), hops: 3 } } },
    ]),
  );
  await apply(harness, workflowOf([hold], { id, version: 2 }));
});

test('finding who listens among many reads by index only those that are asked for', async () => {
  const plan = await harness.db.transaction().execute(async (trx) => {
    await sql`
      insert into event_triggers (workflow_id, organization_id, mode, event_name)
      select 920_000_000 + n, 1 + n % 100, case n % 2 when 0 then 'live' else 'test' end, case n % 3 when 0 then 'lead.created' else 'lead.updated' end
      from generate_series(1, 20000) as n`.execute(trx);
    await sql`analyze event_triggers`.execute(trx);
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain (analyze, costs off, timing off)
      ${triggersQuery(
        [
          { organizationId: 1n, mode: 'live', name: 'lead.deleted' },
          { organizationId: 2n, mode: 'test', name: 'lead.created' },
        ],
        { after: 0n, most: 500 },
      )}`.execute(trx);
    await sql`delete from event_triggers where workflow_id > 920000000`.execute(trx);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toContain('event_triggers_organization_id_mode_event_name_idx');
  expect(plan).not.toMatch(/Seq Scan|Rows Removed/);
});
