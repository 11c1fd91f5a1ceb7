import { randomUUID } from 'node:crypto';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { topicOf } from '@drippulse/events';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newEventId } from '../src/deliveries/event-id.ts';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const custom = new TextEncoder().encode('{}');

async function sendCrm(
  aggregate: string,
  payload: MessageInitShape<typeof CrmEventSchema>['payload'],
  at = new Date(),
) {
  const id = newEventId(at);
  const message = { id, time: timestampFromDate(at), organizationId: 1n, sequence: 1n, aggregate, payload };
  const value = toBinary(CrmEventSchema, create(CrmEventSchema, message));
  await harness.send(CrmEventSchema, { key: `1:${aggregate}`, value, headers: { ce_id: id, ce_type: 'test.event' } });
  return id;
}

async function sendEnrollment(
  payload: MessageInitShape<typeof EnrollmentEventSchema>['payload'],
  at: Date,
  aggregate = 'enrollment:7',
) {
  const id = newEventId(at);
  const message = {
    id,
    time: timestampFromDate(at),
    organizationId: 1n,
    sequence: 1n,
    aggregate,
    payload,
  };
  const value = toBinary(EnrollmentEventSchema, create(EnrollmentEventSchema, message));
  await harness.send(EnrollmentEventSchema, {
    key: `1:${aggregate}`,
    value,
    headers: { ce_id: id, ce_type: 'test.event' },
  });
}

/** Returns the types of the events with stored bodies, including empty ones. */
async function bodies(): Promise<string[]> {
  const rows = await harness.db.selectFrom('payloads').select(['body', 'event_id']).orderBy('event_id').execute();
  return rows.map(({ body }) => (body.length === 0 ? 'empty' : JSON.parse(String(body)).type));
}

test('bodies and excerpts about who was erased are emptied, what waits is cancelled, and the erasure itself is sent', async () => {
  expect(topicOf(CrmEventSchema).name).toBe('drippulse.crm.v1');
  const { id: webhookId } = await harness.create({ eventType: '*' });
  const released = Promise.withResolvers<void>();
  harness.receiver.answer(async ({ body }) => {
    const { type } = JSON.parse(String(body));
    if (type === 'contact.updated') await released.promise;
    return { status: type === 'lead.created' ? 500 : 200, body };
  });
  const at = new Date(Date.now() - 1_000);
  // No data of a customer may keep a body from being emptied.
  const tricky = new TextEncoder().encode('{"type":"contact.erased"}');
  const contact = { id: randomUUID(), publicId: 'cnt_1', email: 'canary@example.com', custom: tricky };
  const lead = { id: randomUUID(), publicId: 'lead_1', email: 'canary@example.com', custom };
  const sale = { id: randomUUID(), publicId: 'opp_1', name: 'canary', custom };
  await sendCrm(`contact:${contact.id}`, { case: 'contactCreated', value: contact }, at);
  await sendCrm(`lead:${lead.id}`, { case: 'leadCreated', value: lead }, at);
  await sendCrm(`opportunity:${sale.id}`, { case: 'opportunityCreated', value: sale }, at);
  await sendCrm(
    `contact:${randomUUID()}`,
    { case: 'contactCreated', value: { ...contact, email: 'other@example.com' } },
    at,
  );
  await harness.receiver.received(4);
  await sendCrm(`contact:${contact.id}`, { case: 'contactUpdated', value: contact }, at);
  await harness.receiver.received(5);

  const erasedAt = new Date();
  const records = [
    { recordType: 'lead', id: lead.id, publicId: lead.publicId },
    { recordType: 'opportunity', id: sale.id, publicId: sale.publicId },
  ];
  const value = { id: contact.id, publicId: contact.publicId, erasedAt: timestampFromDate(erasedAt), records };
  const later = new Date(erasedAt.getTime() + 5);
  await sendCrm(`opportunity:${sale.id}`, { case: 'opportunityWon', value: { ...sale, name: '[erased]' } }, later);
  for (const _ of ['once', 'and again']) {
    await sendCrm(`contact:${contact.id}`, { case: 'contactErased', value }, erasedAt);
  }
  await eventually(async () => {
    const emptied = (await bodies()).filter((body) => body === 'empty');
    expect(emptied).toHaveLength(4);
  });
  released.resolve();
  const deliveries = await eventually(async () => {
    const all = await harness.deliveries(webhookId, 8);
    expect(all.filter(({ status }) => status === WebhookDeliveryStatus.PENDING)).toEqual([]);
    expect(all.find(({ eventType }) => eventType === 'contact.updated')?.attempts).toHaveLength(1);
    return all;
  });
  const stateOf = (type: string) =>
    deliveries.filter(({ eventType }) => eventType === type).map(({ status }) => status);
  expect(stateOf('contact.erased')).toEqual([WebhookDeliveryStatus.DELIVERED, WebhookDeliveryStatus.DELIVERED]);
  expect(stateOf('opportunity.won')).toEqual([WebhookDeliveryStatus.DELIVERED]);
  expect(stateOf('lead.created')).toEqual([WebhookDeliveryStatus.CANCELLED]);
  const excerpts = await harness.db.selectFrom('attempts').select('response_excerpt').execute();
  expect(excerpts.filter(({ response_excerpt: text }) => text?.includes('canary'))).toEqual([]);
  expect(excerpts.some(({ response_excerpt: text }) => text?.includes('other@example.com'))).toBe(true);
  expect((await bodies()).filter((body) => body !== 'empty').sort()).toEqual([
    'contact.created',
    'contact.erased',
    'contact.erased',
    'opportunity.won',
  ]);
});

test('bodies about an enrollment that was erased are emptied, but for what came after', async () => {
  await harness.create({ eventType: 'enrollment.*' });
  harness.receiver.answer({});
  const erasedAt = new Date();
  await sendEnrollment({ case: 'started', value: { id: 7n, workflowId: 1n } }, new Date(erasedAt.getTime() - 1_000));
  await eventually(async () => expect(await bodies()).toContain('enrollment.started'));
  await sendEnrollment(
    { case: 'erased', value: { id: 7n, workflowId: 1n, erasedAt: timestampFromDate(erasedAt) } },
    erasedAt,
  );
  await sendEnrollment({ case: 'cancelled', value: { id: 7n, workflowId: 1n } }, erasedAt);
  await eventually(async () => {
    expect(await bodies()).not.toContain('enrollment.started');
    expect(await bodies()).toContain('enrollment.cancelled');
  });
});

test('bodies about an approval that was erased are emptied', async () => {
  await harness.create({ eventType: 'approval.*' });
  harness.receiver.answer({});
  const erasedAt = new Date();
  const approval = { id: 9n, message: 'Write to Ada?', preview: new TextEncoder().encode('{}') };
  const [before, after] = [-1_000, 1_000].map((ms) => new Date(erasedAt.getTime() + ms));
  await sendEnrollment({ case: 'approvalRequested', value: approval }, before ?? erasedAt, 'approval:9');
  await sendEnrollment(
    { case: 'approvalRequested', value: { ...approval, id: 10n } },
    before ?? erasedAt,
    'approval:10',
  );
  await eventually(async () =>
    expect((await bodies()).filter((type) => type === 'approval.requested')).toHaveLength(2),
  );
  const value = { id: 9n, erasedAt: timestampFromDate(erasedAt) };
  await sendEnrollment({ case: 'approvalErased', value }, erasedAt, 'approval:9');
  await sendEnrollment(
    { case: 'approvalDecided', value: { ...approval, message: 'Erased' } },
    after ?? erasedAt,
    'approval:9',
  );
  await eventually(async () => {
    expect((await bodies()).filter((type) => type === 'approval.requested')).toHaveLength(1);
    expect(await bodies()).toContain('approval.decided');
  });
});

test('bodies about an execution of an agent that was erased are emptied, but for what came after', async () => {
  await harness.create({ eventType: 'agent.*' });
  harness.receiver.answer({});
  const erasedAt = new Date();
  await sendAgent({ case: 'executionCompleted', value: { id: 7n, agentId: 1n } }, new Date(erasedAt.getTime() - 1_000));
  await eventually(async () => expect(await bodies()).toContain('agent.execution_completed'));
  await sendAgent({ case: 'executionErased', value: { id: 7n, erasedAt: timestampFromDate(erasedAt) } }, erasedAt);
  await sendAgent({ case: 'executionFailed', value: { id: 7n, agentId: 1n } }, erasedAt);
  await eventually(async () => {
    expect(await bodies()).not.toContain('agent.execution_completed');
    expect(await bodies()).toContain('agent.execution_failed');
  });
});

async function sendAgent(payload: MessageInitShape<typeof AgentEventSchema>['payload'], at: Date): Promise<void> {
  const id = newEventId(at);
  const aggregate = 'agent_execution:7';
  const message = { id, time: timestampFromDate(at), organizationId: 1n, sequence: 1n, aggregate, payload };
  const value = toBinary(AgentEventSchema, create(AgentEventSchema, message));
  await harness.send(AgentEventSchema, { key: `1:${aggregate}`, value, headers: { ce_id: id, ce_type: 'test.event' } });
}
