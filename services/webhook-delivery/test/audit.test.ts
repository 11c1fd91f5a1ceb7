import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, viewer } from './harness.ts';
import { refusal } from './refusal.ts';

const { DELIVERED, FAILED, CANCELLED } = WebhookDeliveryStatus;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  const { webhooks } = await harness.webhooks(editor).listWebhooks({});
  for (const { id } of webhooks) await harness.webhooks(editor).deleteWebhook({ id });
  harness.receiver.answer({});
  harness.receiver.clear();
});
afterAll(() => harness.stop());

function until(webhookId: bigint, status: WebhookDeliveryStatus) {
  return eventually(async () => {
    const [delivery] = await harness.deliveries(webhookId, 1);
    if (delivery?.status === status) return delivery;
    throw new Error(`status ${delivery?.status}`);
  });
}

test('each attempt says what was answered, without credentials, and when the next was due', async () => {
  const { id } = await harness.create();
  harness.receiver.answerNext({ status: 500, body: '{"error":"db","password":"hunter22"}' });
  await harness.publish(['Audit']);
  const { attempts, nextAttemptAt } = await until(id, FAILED);
  expect(attempts[0]).toMatchObject({ number: 1, statusCode: 500, error: 'http_error', nextAttemptAt });
  expect(attempts[0]?.responseExcerpt).toBe('{"error":"db","password":"[redacted]"}');
  await harness.pass(10);
  const delivered = await until(id, DELIVERED);
  expect(delivered.attempts[0]?.nextAttemptAt).toEqual(nextAttemptAt);
  expect(delivered.attempts[1]?.nextAttemptAt).toBeUndefined();
});

test('an answer keeps no API key, no private key and no cookie', async () => {
  const { id } = await harness.create();
  const secret = 'aB3dE5gH'.repeat(6);
  const body = `key sk_live_${secret}\n-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----\nSet-Cookie: sid=${secret}`;
  harness.receiver.answerNext({ status: 500, body });
  await harness.publish(['Secrets']);
  const { attempts } = await until(id, FAILED);
  expect(attempts[0]?.responseExcerpt).toBe('key [redacted]\n[redacted]\nSet-Cookie: [redacted]');
});

test('the list filters by type, by the time of the event, and by both with the status', async () => {
  const { id } = await harness.create({ eventType: '*' });
  const hourAgo = new Date(Date.now() - 3_600_000);
  await harness.publish(['Old'], { at: hourAgo });
  await harness.publish(['New']);
  await harness.deliveries(id, 2);
  const webhooks = harness.webhooks(viewer);
  const count = async (filter: object) => (await webhooks.listDeliveries({ webhookId: id, ...filter })).totalCount;
  const middle = timestampFromDate(new Date(Date.now() - 1_800_000));
  expect(await count({ since: middle })).toBe(1n);
  expect(await count({ until: middle })).toBe(1n);
  expect(await count({ since: timestampFromDate(hourAgo), until: timestampFromDate(hourAgo) })).toBe(0n);
  expect(await count({ eventType: 'workflow.created' })).toBe(2n);
  expect(await count({ eventType: 'workflow.*', since: middle })).toBe(1n);
  expect(await count({ eventType: 'enrollment.*' })).toBe(0n);
  await eventually(async () => {
    expect(await count({ eventType: '*', status: DELIVERED, until: middle })).toBe(1n);
  });
  expect(await refusal(webhooks.listDeliveries({ webhookId: id, eventType: 'nothing.*' }))).toMatchObject({
    error: 'invalid unknown_event_type',
  });
  const { deliveries } = await webhooks.listDeliveries({ webhookId: id, until: middle });
  expect(timestampDate(deliveries[0]?.eventAt ?? timestampFromDate(new Date()))).toEqual(hourAgo);
});

test('a deleted payload is gone for good, and what happened to it stays', async () => {
  const { id } = await harness.create();
  const other = await harness.create({ eventType: 'workflow.*' });
  harness.receiver.answer({ status: 500, body: 'echo of the body' });
  const at = new Date();
  const [eventId = ''] = await harness.publish(['Private'], { at });
  await until(id, FAILED);
  await until(other.id, FAILED);
  const webhooks = harness.webhooks(editor);
  await webhooks.deleteEventPayload({ eventId });
  const sent = harness.receiver.requests.length;
  const deleted = await until(id, CANCELLED);
  await until(other.id, CANCELLED);
  expect(deleted.attempts).toMatchObject([{ number: 1, statusCode: 500 }]);
  expect(deleted.attempts[0]?.responseExcerpt).toBeUndefined();
  await harness.publish(['Private'], { ids: [eventId], at });
  await harness.publish(['Marker']);
  await harness.deliveries(id, 2);
  const payload = await harness.db
    .selectFrom('payloads')
    .selectAll()
    .where('event_id', '=', eventId)
    .executeTakeFirstOrThrow();
  expect(payload.body).toHaveLength(0);
  const again = webhooks.redeliverDelivery({ webhookId: id, id: deleted.id });
  expect(await refusal(again)).toMatchObject({ error: 'failed_precondition payload_deleted' });
  await harness.pass(100_000);
  const sentIds = harness.receiver.requests.slice(sent).map(({ headers }) => headers['webhook-id']);
  expect(sentIds).not.toContain(eventId);
  expect(await refusal(webhooks.deleteEventPayload({ eventId }))).toMatchObject({
    error: 'not_found payload_not_found',
  });
});

test('a payload of another organization answers like one that does not exist, and a viewer deletes none', async () => {
  const { id } = await harness.create();
  const [eventId = ''] = await harness.publish(['Ours']);
  await until(id, DELIVERED);
  const notFound = { error: 'not_found payload_not_found', fields: {} };
  expect(await refusal(harness.webhooks(stranger).deleteEventPayload({ eventId }))).toEqual(notFound);
  expect(await refusal(harness.webhooks(stranger).deleteEventPayload({ eventId: 'evt_none' }))).toEqual(notFound);
  expect(await refusal(harness.webhooks(viewer).deleteEventPayload({ eventId }))).toMatchObject({
    error: 'permission_denied insufficient_role',
  });
});
