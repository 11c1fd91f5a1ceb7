import { create } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { encodeJson } from '@drippulse/json';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import {
  EnrollmentDetailSchema,
  EnrollmentInclude,
  EnrollmentSchema,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Harness, startHarness, tester } from './harness.ts';
import { json, makeWorkflow, refusal, type StepInput } from './workflow.ts';

const empty = json({});

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness();
});
afterAll(async () => {
  await harness.stop();
  await receiver.stop();
});

const contact = '{"email":"Ada@example.com","first_name":"Ada","lead_ref":"r7","spent":12345678901234567890.10}';
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const noMail = { sent: 0, opened: 0, clicked: 0, bounced: 0, failed: 0 };

/** Makes an enrollment. Returns its detail and its row in the list, as the API writes them. */
async function enrollOne(steps: readonly StepInput[], caller?: typeof tester) {
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger', id: 'start', name: 'Start' }, ...steps]);
  const calls = harness.enrollments(caller);
  const timezone = 'Europe/Berlin';
  const { enrollmentIds } = await calls.bulkEnroll({ workflowId, timezone, contacts: Buffer.from(`[${contact}]`) });
  const id = enrollmentIds[0] ?? 0n;
  const text = async () => {
    const { enrollment } = await calls.getEnrollment({ workflowId, id });
    if (enrollment === undefined) throw new Error('no enrollment');
    return encodeJson(EnrollmentDetailSchema, enrollment);
  };
  const row = async () => {
    const [enrollment] = (await calls.listEnrollments({ workflowId })).enrollments;
    if (enrollment === undefined) throw new Error('no row');
    return JSON.parse(encodeJson(EnrollmentSchema, enrollment));
  };
  const until = (status: string, more: object = {}) =>
    eventually(async () => {
      const detail = JSON.parse(await text());
      expect(detail).toMatchObject({ status, ...more });
      return detail;
    });
  const always = {
    id: Number(id),
    workflow_id: Number(workflowId),
    workflow_version: 1,
    agent_id: null,
    lead_ref: 'r7',
    timezone,
    mode: caller?.mode ?? 'live',
    created_at: time,
    updated_at: time,
    delivery_summary: noMail,
    held_by: null,
    outcome: null,
    goals_met: [],
  };
  return { always, text, row, until };
}

const shortContact = { email: 'Ada@example.com', first_name: 'Ada', last_name: null };
const wholeContact = JSON.parse(contact);
const noMessages = { action_timeline_truncated: false, deliveries: [], nurture_events: [] };
const line = {
  ...{ output: null, error: null, attempt: 1, mode: 'live', duration_ms: null, at: time },
  ...{ held_by: null, workflow_version: 1 },
};
const started = {
  ...line,
  ...{ id: 1, step_index: 0, step_number: 1, step_id: 'start', step_name: 'Start', type: 'trigger' },
  ...{ status: 'succeeded', message: 'Started' },
};

test('one that waits shows until when, on which step, and a line of the wait', async () => {
  const { always, row, until } = await enrollOne([
    { type: 'wait', id: 'pause', name: 'Pause', duration: 2, unit: 'hours' },
    { type: 'log', message: 'x' },
    { type: 'log', message: 'y' },
  ]);
  const detail = await until('active', { is_waiting: true });
  const message = expect.stringContaining('2 hours');
  const stands = {
    ...always,
    ...{ current_step_index: 1, status: 'active', next_run_at: time, completed_at: null },
    current_step: { index: 1, number: 2, id: 'pause', name: 'Pause', type: 'wait' },
    ...{ total_steps: 4, progress_percent: 25, is_waiting: true, last_error: null },
    last_action: { step_index: 1, step_name: 'Pause', type: 'wait', status: 'waiting', message, at: time },
  };
  const waits = { ...line, id: 2, step_index: 1, step_number: 2, step_id: 'pause', step_name: 'Pause', type: 'wait' };
  expect(detail).toEqual({
    ...stands,
    ...noMessages,
    ...{ contact: wholeContact, data: wholeContact },
    action_timeline: [started, { ...waits, status: 'waiting', message }],
  });
  expect(await row()).toEqual({ ...stands, contact: shortContact });
  const waitStart = Date.parse(detail.next_run_at) - 7_200_000;
  expect(waitStart).toBeGreaterThanOrEqual(Date.parse(detail.created_at));
  expect(waitStart).toBeLessThanOrEqual(Date.now());
});

test('one whose effect is out runs, and shows no line of it yet', async () => {
  receiver.clear();
  const release = receiver.hold();
  const call = { type: 'webhook_callback', id: 'tell', name: 'Tell', url: `${receiver.url}/slow` };
  const { always, row, until } = await enrollOne([call]);
  await receiver.received(1);
  const detail = await until('active');
  const stands = {
    ...always,
    ...{ current_step_index: 1, status: 'active', next_run_at: time, completed_at: null },
    current_step: { index: 1, number: 2, id: 'tell', name: 'Tell', type: 'webhook_callback' },
    ...{ total_steps: 2, progress_percent: 50, is_waiting: false, last_error: null },
    last_action: {
      step_index: 0,
      step_name: 'Start',
      type: 'trigger',
      status: 'succeeded',
      message: 'Started',
      at: time,
    },
  };
  expect(detail).toEqual({
    ...stands,
    ...noMessages,
    ...{ contact: wholeContact, data: wholeContact, action_timeline: [started] },
  });
  expect(await row()).toEqual({ ...stands, contact: shortContact });
  release();
  await until('completed');
});

test('one that failed stays on its step and says why, after each attempt', async () => {
  receiver.clear();
  receiver.answer({ status: 503, body: 'not now' });
  const retry = { max_attempts: 2, backoff_seconds: 1 };
  const { always, row, until } = await enrollOne([
    { type: 'webhook_callback', id: 'tell', name: 'Tell', url: receiver.url, retry },
    { type: 'log', message: 'never' },
  ]);
  const detail = await until('failed');
  const failedLine = detail.action_timeline.at(-1);
  const stands = {
    ...always,
    ...{ current_step_index: 1, status: 'failed', next_run_at: null, completed_at: time, current_step: null },
    ...{ total_steps: 3, progress_percent: 33, is_waiting: false, last_error: failedLine.error },
    last_action: {
      ...{ step_index: 1, step_name: 'Tell', type: 'webhook_callback', status: 'failed' },
      ...{ message: `Failed: ${failedLine.error}`, at: time },
    },
  };
  expect(failedLine.error).toContain('answered 503: not now');
  const tells = {
    ...line,
    step_index: 1,
    step_number: 2,
    step_id: 'tell',
    step_name: 'Tell',
    type: 'webhook_callback',
  };
  const took = { duration_ms: expect.any(Number), error: failedLine.error };
  expect(detail).toEqual({
    ...stands,
    ...noMessages,
    ...{ contact: wholeContact, data: wholeContact },
    action_timeline: [
      started,
      { ...tells, ...took, id: 2, status: 'retrying', attempt: 1, message: expect.stringContaining('Attempt 1 of 2') },
      { ...tells, ...took, id: 3, status: 'failed', attempt: 2, message: `Failed: ${failedLine.error}` },
    ],
  });
  expect(await row()).toEqual({ ...stands, contact: shortContact });
});

test('one that completed has the data its steps left, with every digit of the contact and of an answer', async () => {
  receiver.clear();
  receiver.answer({ status: 201, body: '{"score":0.1000000000000000000001}' });
  const { always, row, until, text } = await enrollOne([
    { type: 'set_fields', id: 'set', name: 'Set', fields: { greeting: 'Hi {{ first_name }}' } },
    { type: 'webhook_callback', id: 'tell', name: 'Tell', url: receiver.url },
  ]);
  const detail = await until('completed');
  const stands = {
    ...always,
    ...{ current_step_index: 2, status: 'completed', next_run_at: null, completed_at: time, current_step: null },
    ...{ total_steps: 3, progress_percent: 100, is_waiting: false, last_error: null },
    last_action: {
      ...{ step_index: 2, step_name: 'Tell', type: 'webhook_callback', status: 'succeeded' },
      ...{ message: expect.stringContaining('answered 201'), at: time },
    },
  };
  expect(detail).toMatchObject({ ...stands, ...noMessages, contact: wholeContact });
  expect(detail.action_timeline).toMatchObject([
    started,
    { id: 2, step_id: 'set', status: 'succeeded', output: { greeting: 'Hi Ada' }, duration_ms: null },
    {
      id: 3,
      step_id: 'tell',
      status: 'succeeded',
      output: { response: { status: 201 } },
      duration_ms: expect.any(Number),
    },
  ]);
  expect(await row()).toEqual({ ...stands, contact: shortContact });
  const answered = { status: 201, body: { score: 0.1 } };
  expect(detail.data).toEqual({ ...wholeContact, greeting: 'Hi Ada', response: expect.objectContaining(answered) });
  const written = await text();
  // The number in the contact is stored in the contact and in the data. The number in the response is stored in the
  // data and in the line of the callback.
  expect(written.split('12345678901234567890.10')).toHaveLength(3);
  expect(written.split('0.1000000000000000000001')).toHaveLength(3);
});

test('one of a test key says so in its row and in each line, and called nobody', async () => {
  receiver.clear();
  const { always, row, until } = await enrollOne([{ type: 'webhook_callback', url: receiver.url }], tester);
  const detail = await until('completed');
  for (const { mode, message } of detail.action_timeline) {
    expect({ mode, message }).toEqual({ mode: 'test', message: expect.stringMatching(/^\[test\] /) });
  }
  expect(detail.action_timeline).toHaveLength(2);
  expect(await row()).toMatchObject({ ...always, mode: 'test' });
  expect(receiver.requests).toEqual([]);
});

test('of a long timeline the last thousand lines are shown, and that there are more', async () => {
  const { always, until } = await enrollOne([{ type: 'log', message: 'x' }]);
  await until('completed', { action_timeline_truncated: false });
  const more = Array.from({ length: 1_000 }, (_, index) => ({
    ...{ enrollment_id: BigInt(always.id), sequence: index + 3, step_index: 1, attempt: 1, version: 1 },
    ...{ status: 'succeeded', message: `line ${index + 3}`, at: new Date() },
  }));
  await harness.db.insertInto('timeline').values(more).execute();
  await harness.db
    .updateTable('outcomes')
    .set({ lines: 1_002 })
    .where('enrollment_id', '=', BigInt(always.id))
    .execute();
  const detail = await until('completed', { action_timeline_truncated: true });
  expect(detail.action_timeline).toHaveLength(1_000);
  expect(detail.action_timeline.at(0).id).toBe(3);
  expect(detail.action_timeline.at(-1).message).toBe('line 1002');
});

test('a detail shows the workflow and the record of the CRM that were asked for, and null for a record that is gone', async () => {
  const leadId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
  harness.crm.contacts.push(create(CrmContactSchema, { id: 'c', publicId: 'cnt_1', email: 'a@x.org', custom: empty }));
  harness.crm.leads.push(create(CrmLeadSchema, { id: leadId, publicId: 'lead_1', email: 'l@x.org', custom: empty }));
  const { id: workflowId } = await makeWorkflow(harness, [
    { type: 'trigger' },
    { type: 'wait', duration: 1, unit: 'hours' },
  ]);
  const refs = ['cnt_1', 'lead_1', leadId, 'cnt_gone', 'crm-7'];
  const people = json(refs.map((lead_ref) => ({ lead_ref })));
  const { enrollmentIds: ids } = await harness.enrollments().bulkEnroll({ workflowId, contacts: people });
  const includedOf = async (index: number, include: EnrollmentInclude[]) => {
    const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: ids[index], include });
    if (enrollment === undefined) throw new Error('no enrollment');
    return JSON.parse(encodeJson(EnrollmentDetailSchema, enrollment)).included;
  };
  const { WORKFLOW, CONTACT } = EnrollmentInclude;
  const workflow = { id: Number(workflowId), name: 'Welcome', status: 'active', version: 1 };
  expect(await includedOf(0, [])).toBeUndefined();
  expect(await includedOf(0, [WORKFLOW])).toEqual({ workflow, contact: null, lead: null });
  expect(await includedOf(0, [CONTACT, WORKFLOW])).toMatchObject({
    workflow,
    contact: { email: 'a@x.org' },
    lead: null,
  });
  expect(await includedOf(1, [CONTACT])).toMatchObject({ workflow: null, contact: null, lead: { email: 'l@x.org' } });
  expect(await includedOf(2, [CONTACT])).toMatchObject({ contact: null, lead: { public_id: 'lead_1' } });
  expect(await includedOf(3, [CONTACT])).toEqual({ workflow: null, contact: null, lead: null });
  const pages = harness.crm.pages();
  expect(await includedOf(4, [CONTACT])).toEqual({ workflow: null, contact: null, lead: null });
  expect(harness.crm.pages()).toBe(pages);
  harness.crm.fail(new DomainError('unavailable', 'busy', 'Come back later.'));
  expect(await refusal(includedOf(0, [CONTACT]))).toBe('unavailable busy');
});
