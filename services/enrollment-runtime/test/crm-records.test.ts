import { create } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { CrmLeadSchema, CrmLeadStatus } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, tester } from './harness.ts';
import { apply, contacts, json, makeWorkflow, parsed, passToMidHour, refusal } from './workflow.ts';

const hourMs = 3_600_000;
const hold = { type: 'wait', duration: 1, unit: 'days' };
const source = { record_type: 'lead', filter: { status: 'new' } };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await harness.startRuntime();
  passToMidHour(harness);
});
afterEach(() => void harness.crm.leads.splice(0));
afterAll(() => harness.stop());

/** Adds leads of the CRM, by email. */
function addLeads(count: number, status: CrmLeadStatus = CrmLeadStatus.NEW): void {
  for (let index = 0; index < count; index += 1) {
    const publicId = `lead_${status}x${index}`;
    const custom = new TextEncoder().encode('{"plan":"pro"}');
    harness.crm.leads.push(
      create(CrmLeadSchema, { id: publicId, publicId, email: `${publicId}@example.com`, status, custom }),
    );
  }
}

const countOf = async (workflowId: bigint) => {
  const { totalCount } = await harness.enrollments().listEnrollments({ workflowId, limit: 1 });
  return Number(totalCount);
};

const bulk = (workflowId: bigint, crm: object, more = {}, caller = editor) =>
  harness
    .enrollments(caller)
    .bulkEnroll({ workflowId, contacts: json([]), ...more, crm: { recordType: 'lead', filter: json({}), ...crm } });

test('each tick of a schedule enrolls what its source returns then, page by page, each record once', async () => {
  addLeads(520);
  addLeads(3, CrmLeadStatus.QUALIFIED);
  const { id } = await makeWorkflow(harness, [
    { type: 'trigger', frequency: 'hourly', timezone: 'Asia/Tokyo', source },
    hold,
  ]);
  // The second page fails at first. The enrollments of the first page stay and are not made a second time.
  harness.crm.fail(undefined, new DomainError('unavailable', 'service_unavailable', 'away'));
  harness.pass(hourMs);
  await eventually(async () => expect(await countOf(id)).toBe(520));
  const rows = await harness.db
    .selectFrom('enrollments')
    .select(['lead_ref', 'timezone'])
    .where('workflow_id', '=', id)
    .execute();
  expect(new Set(rows.map((row) => row.lead_ref)).size).toBe(520);
  expect(new Set(rows.map((row) => row.timezone))).toEqual(new Set(['Asia/Tokyo']));
  await eventually(async () => expect(await harness.db.selectFrom('jobs').select('id').execute()).toEqual([]));
  harness.crm.leads.splice(0, 500);
  harness.pass(hourMs);
  await eventually(async () => expect(await countOf(id)).toBe(540));
});

test('a workflow that is paused before its source was read enrolls no more', async () => {
  addLeads(10);
  const workflow = await makeWorkflow(harness, [{ type: 'trigger', frequency: 'hourly', source }, hold]);
  const pages = harness.crm.pages();
  harness.crm.holdPages();
  harness.pass(hourMs);
  await eventually(() => expect(harness.crm.pages()).toBeGreaterThan(pages));
  await apply(harness, { ...workflow, status: WorkflowStatus.PAUSED });
  harness.crm.releasePages();
  await eventually(async () => expect(await harness.db.selectFrom('jobs').select('id').execute()).toEqual([]));
  expect(await countOf(workflow.id)).toBe(0);
});

test('bulk enrollment takes records of the CRM beside contacts, and enrolls them under their public ids', async () => {
  addLeads(270);
  addLeads(2, CrmLeadStatus.QUALIFIED);
  const { id: workflowId } = await makeWorkflow(harness, [hold]);
  const answer = await bulk(
    workflowId,
    { filter: json({ status: 'new' }) },
    { contacts: contacts(1), timezone: 'Asia/Tokyo' },
  );
  expect(answer).toMatchObject({ createdCount: 271n });
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: answer.enrollmentIds[1] });
  expect(enrollment).toMatchObject({ leadRef: 'lead_1x0', timezone: 'Asia/Tokyo', contact: expect.anything() });
  expect(parsed(enrollment?.contact)).toMatchObject({
    lead_ref: 'lead_1x0',
    email: 'lead_1x0@example.com',
    custom: { plan: 'pro' },
  });
  const made = await bulk(workflowId, { filter: json({ status: 'qualified' }) }, {}, tester);
  const shown = await harness.enrollments(tester).getEnrollment({ workflowId, id: made.enrollmentIds[0] });
  expect(shown.enrollment).toMatchObject({ mode: 2, leadRef: 'lead_3x0' });
});

test.each([
  ['contacts that are missing', { contacts: undefined }, {}, 'invalid contacts_required'],
  ['a record type that cannot be enrolled', {}, { recordType: 'account' }, 'invalid validation_failed'],
  ['no filter', {}, { filter: undefined }, 'invalid validation_failed'],
  ['a filter that there is not', {}, { filter: json({ stauts: 'new' }) }, 'invalid validation_failed'],
  ['a filter that nothing meets', {}, { filter: json({ status: 'converted' }) }, 'invalid no_enrollments_created'],
  [
    'an agent, before the filter is looked at',
    { agentId: 9n },
    { filter: json({ x: 1 }) },
    'not_found agent_not_found',
  ],
])('%s is refused', async (_name, request, crm, expected) => {
  const { id } = await makeWorkflow(harness, [hold]);
  expect(await refusal(bulk(id, crm, request))).toBe(expected);
});

test('more than 10,000 records are refused at the first page, and nothing is enrolled', async () => {
  addLeads(10_001);
  const { id } = await makeWorkflow(harness, [hold]);
  const pages = harness.crm.pages();
  expect(await refusal(bulk(id, {}))).toBe('too_large too_many_contacts');
  expect(harness.crm.pages()).toBe(pages + 1);
  harness.crm.leads.splice(0, 1);
  expect(await refusal(bulk(id, {}, { contacts: contacts(1) }))).toBe('too_large too_many_contacts');
  expect(await countOf(id)).toBe(0);
});

test('records of more than 32 MiB are refused, although they have fewer characters than that', async () => {
  addLeads(400);
  const custom = new TextEncoder().encode(JSON.stringify({ text: 'é'.repeat(45_000) }));
  for (const lead of harness.crm.leads) lead.custom = custom;
  const { id } = await makeWorkflow(harness, [hold]);
  expect(await refusal(bulk(id, {}))).toBe('too_large too_many_contacts');
  expect(await countOf(id)).toBe(0);
});
