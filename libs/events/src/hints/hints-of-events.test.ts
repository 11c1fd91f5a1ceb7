import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { ProbeEventSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { expect, test } from '@jest/globals';
import { startEvents } from '../outbox/event-batch.ts';
import { topicOf } from '../topic.ts';

const { LIVE, TEST, UNSPECIFIED } = Mode;

test('the hint of an event has the topic and id of its aggregate, the kind of its type and the mode of its row', () => {
  const batch = startEvents(topicOf(WorkflowEventSchema));
  const about = { organizationId: 7n, aggregate: 'workflow:12' };
  batch.add({ ...about, payload: { case: 'updated', value: { id: 12n, mode: TEST } } });
  expect(batch.end(undefined).hints).toEqual([
    { organizationId: 7n, topic: 'workflows', id: '12', kind: 'updated', mode: TEST },
  ]);
});

test('a mode within a member of the payload is found', () => {
  const batch = startEvents(topicOf(WebhookEventSchema));
  const value = { webhook: { id: 3n, mode: TEST } };
  batch.add({ organizationId: 7n, aggregate: 'webhook:3', payload: { case: 'exhausted', value } });
  expect(batch.end(undefined).hints).toMatchObject([{ topic: 'webhooks', id: '3', kind: 'exhausted', mode: TEST }]);
});

test('hints of rows without a mode are for both, and several changes of one topic are one hint', () => {
  const batch = startEvents(topicOf(CrmEventSchema));
  const add = (organizationId: bigint, aggregate: string, type: 'leadCreated' | 'leadUpdated' | 'opportunityWon') =>
    batch.add({ organizationId, aggregate, payload: { case: type, value: {} } });
  add(7n, 'lead:a', 'leadCreated');
  add(7n, 'lead:b', 'leadUpdated');
  add(7n, 'opportunity:c', 'opportunityWon');
  add(8n, 'lead:d', 'leadCreated');
  expect(batch.end(undefined).hints).toEqual([
    { organizationId: 7n, topic: 'leads', id: '', kind: 'changed', mode: UNSPECIFIED },
    { organizationId: 7n, topic: 'opportunities', id: 'c', kind: 'won', mode: UNSPECIFIED },
    { organizationId: 8n, topic: 'leads', id: 'd', kind: 'created', mode: UNSPECIFIED },
  ]);
});

test('a divided topic is named by a member of the payload, which the events of a batch may share', () => {
  const batch = startEvents(topicOf(EnrollmentEventSchema));
  for (const id of [1n, 2n]) batch.add({ aggregate: `enrollment:${id}`, payload: { case: 'started', value: { id } } });
  const shared = { organizationId: 7n, payload: { case: 'started' as const, value: { workflowId: 12n, mode: LIVE } } };
  expect(batch.end(shared).hints).toEqual([
    { organizationId: 7n, topic: 'enrollments:12', id: '', kind: 'started', mode: LIVE },
  ]);
});

test('payloads without a webhook, and topics without a rule, give no hint', () => {
  const erased = startEvents(topicOf(EnrollmentEventSchema));
  const value = { id: 1n, workflowId: 12n };
  erased.add({ organizationId: 7n, aggregate: 'enrollment:1', payload: { case: 'erased', value } });
  expect(erased.end(undefined).hints).toEqual([]);
  const probes = startEvents(topicOf(ProbeEventSchema));
  probes.add({ organizationId: 7n, aggregate: 'probe:1', payload: { case: 'touched', value: { name: '' } } });
  expect(probes.end(undefined).hints).toEqual([]);
});
