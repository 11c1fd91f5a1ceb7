import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { editor, type Harness, startHarness, viewer } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
/**
 * `isShort` is true while this process has no descriptors left for connections; `refused` is the number of connections
 * that it tried to open then.
 */
let isShort = false;
let refused = 0;
beforeAll(async () => {
  harness = await startHarness({
    async resolve() {
      if (!isShort) return ['127.0.0.1'];
      refused += 1;
      throw Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
    },
  });
});
afterEach(async () => {
  const { webhooks } = await harness.webhooks(editor).listWebhooks({});
  for (const { id } of webhooks) await harness.webhooks(editor).deleteWebhook({ id });
  harness.receiver.answer({});
  harness.receiver.clear();
});
afterAll(() => harness.stop());

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const nameIs = (name: string) => json({ conditions: [{ field: 'data.name', operator: 'equals', value: name }] });

test('a webhook gets what any of its types matches, and shows both members', async () => {
  const eventTypes = ['enrollment.*', 'workflow.created', 'workflow.created'];
  const { id, ...created } = await harness.create({ eventType: undefined, eventTypes });
  expect(created).toMatchObject({ eventType: 'enrollment.*', eventTypes: ['enrollment.*', 'workflow.created'] });
  await harness.publish(['One']);
  await harness.receiver.received(1);
  const webhooks = harness.webhooks(editor);
  const update = { id, updateMask: { paths: ['event_type'] }, eventType: 'workflow.failed' };
  expect((await webhooks.updateWebhook(update)).webhook?.eventTypes).toEqual(['workflow.failed']);
});

test('of event_type and event_types one is needed, both must agree, and each type must be in the catalog', async () => {
  const webhooks = harness.webhooks(editor);
  const { url } = harness.receiver;
  const wrong = { url, eventType: '*', eventTypes: ['workflow.created'] };
  expect(await refusal(webhooks.createWebhook(wrong))).toMatchObject({ error: 'invalid validation_failed' });
  const unknown = { url, eventTypes: ['workflow.created', 'nothing.*'] };
  expect(await refusal(webhooks.createWebhook(unknown))).toMatchObject({ error: 'invalid unknown_event_type' });
  const { id } = await harness.create();
  const none = { id, updateMask: { paths: ['event_types'] }, eventTypes: [] };
  expect(await refusal(webhooks.updateWebhook(none))).toMatchObject({ error: 'invalid validation_failed' });
});

test('headers are sent beside ours, and credentials among them are shown to nobody', async () => {
  const headers = { Authorization: 'Bearer receiver-secret', 'X-Tenant': 'acme' };
  const { id, secret = '' } = await harness.create({ headers });
  harness.receiver.answer({ status: 500, body: 'refused receiver-secret, Bearer receiver-secret' });
  await harness.publish(['Headers']);
  const [request] = await harness.receiver.received(1);
  expect(request?.headers).toMatchObject({ authorization: 'Bearer receiver-secret', 'x-tenant': 'acme' });
  new StandardWebhook(secret).verify(request?.body ?? '', request?.headers ?? {});
  const { webhook } = await harness.webhooks(viewer).getWebhook({ id });
  expect(webhook?.headers).toEqual({ authorization: '***', 'x-tenant': 'acme' });
  const row = await harness.db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(JSON.stringify(row, (_, v) => (typeof v === 'bigint' ? String(v) : v))).not.toContain('receiver-secret');
  const excerpt = await eventually(async () => {
    const [delivery] = await harness.deliveries(id, 1);
    return delivery?.attempts[0]?.responseExcerpt ?? Promise.reject(new Error('no attempt'));
  });
  expect(excerpt).not.toContain('Bearer receiver-secret');
});

test('what GET showed may be sent back: masked values stay as they are', async () => {
  const { id } = await harness.create({ headers: { 'x-api-key': 'first', 'x-a': '1' } });
  const update = { id, updateMask: { paths: ['headers'] }, headers: { 'x-api-key': '***', 'x-a': '2' } };
  await harness.webhooks(editor).updateWebhook(update);
  await harness.publish(['Kept']);
  const [request] = await harness.receiver.received(1);
  expect(request?.headers).toMatchObject({ 'x-api-key': 'first', 'x-a': '2' });
  const unknown = { ...update, headers: { 'x-other-token': '***' } };
  expect(await refusal(harness.webhooks(editor).updateWebhook(unknown))).toMatchObject({
    error: 'invalid invalid_headers',
  });
});

test('a credential in the query of the URL is sent, sealed, shown masked, and kept when the mask comes back', async () => {
  const url = `${harness.receiver.url}/in?token=query-planted-1&tenant=acme`;
  const shown = `${harness.receiver.url}/in?token=***&tenant=acme`;
  const { id, url: created } = await harness.create({ url });
  expect(created).toBe(shown);
  expect((await harness.webhooks(viewer).getWebhook({ id })).webhook?.url).toBe(shown);
  const row = await harness.db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(JSON.stringify(row, (_, v) => (typeof v === 'bigint' ? String(v) : v))).not.toContain('planted');
  const moved = `${harness.receiver.url}/elsewhere?token=***`;
  await harness.webhooks(editor).updateWebhook({ id, updateMask: { paths: ['url'] }, url: moved });
  harness.receiver.answer({ status: 500, body: 'no such token: query-planted-1' });
  await harness.publish(['Query']);
  const [request] = await harness.receiver.received(1);
  expect(request?.url).toBe('/elsewhere?token=query-planted-1');
  const excerpt = await eventually(async () => {
    const [delivery] = await harness.deliveries(id, 1);
    return delivery?.attempts[0]?.responseExcerpt ?? Promise.reject(new Error('no attempt'));
  });
  expect(excerpt).not.toContain('planted');
});

test('a secret stays with the scheme, host and port that it was entered for', async () => {
  const url = `${harness.receiver.url}/in?token=planted-1`;
  const { id } = await harness.create({ url, headers: { authorization: 'Bearer planted-2', 'x-tenant': 'acme' } });
  const webhooks = harness.webhooks(editor);
  const another = url.replace('127.0.0.1', 'localhost');
  const paths = ['url'];
  expect(
    await refusal(webhooks.updateWebhook({ id, updateMask: { paths }, url: another.replace('planted-1', '***') })),
  ).toEqual({
    error: 'invalid secret_needed',
    fields: { 'headers.authorization': expect.stringContaining('anew'), url: expect.stringContaining('token') },
  });
  const headers = { authorization: '***', 'x-tenant': 'acme' };
  const both = { paths: ['url', 'headers'] };
  expect(await refusal(webhooks.updateWebhook({ id, updateMask: both, url: another, headers }))).toEqual({
    error: 'invalid secret_needed',
    fields: { 'headers.authorization': expect.stringContaining('anew') },
  });
  expect(await refusal(webhooks.updateWebhook({ id, updateMask: { paths }, url: another }))).toMatchObject({
    error: 'invalid secret_needed',
  });
  expect((await webhooks.getWebhook({ id })).webhook?.url).toBe(url.replace('planted-1', '***'));
  await webhooks.updateWebhook({
    id,
    updateMask: both,
    url: another,
    headers: { ...headers, authorization: 'Bearer new' },
  });
  await harness.publish(['Moved']);
  const [request] = await harness.receiver.received(1);
  expect(request?.headers).toMatchObject({ authorization: 'Bearer new', 'x-tenant': 'acme' });
});

test.each([
  { 'Content-Type': 'text/plain' },
  { 'content-length': '3' },
  { Host: 'elsewhere.example.com' },
  { 'webhook-signature': 'v1,forged' },
  { 'Webhook-Id': 'mine' },
  { 'Transfer-Encoding': 'chunked' },
  { connection: 'close' },
  { 'proxy-authorization': 'Basic x' },
  { 'x y': '1' },
  { 'x-a': 'one\r\nx-b: two' },
  { 'x-a': 'ü' },
  { '': 'a' },
  { 'x-a': 'a'.repeat(1025) },
  Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-${index}`, 'a'])),
])('headers %j are refused', async (headers) => {
  const created = harness.webhooks(editor).createWebhook({ url: harness.receiver.url, eventType: '*', headers });
  expect(await refusal(created)).toMatchObject({ error: 'invalid invalid_headers' });
});

test('a filter lets only the events through that it matches', async () => {
  const { id } = await harness.create({ filter: nameIs('Wanted') });
  await harness.publish(['Unwanted', 'Wanted', 'Wanted too']);
  const heard = await harness.create();
  await harness.publish(['Later']);
  await harness.deliveries(heard.id, 1);
  expect(await harness.deliveries(id, 1)).toHaveLength(1);
  const webhooks = harness.webhooks(editor);
  await webhooks.updateWebhook({ id, updateMask: { paths: ['filter'] } });
  expect((await webhooks.getWebhook({ id })).webhook?.filter).toBeUndefined();
  await harness.publish(['Everything']);
  expect(await harness.deliveries(id, 2)).toHaveLength(2);
  const broken = { id, updateMask: { paths: ['filter'] }, filter: json({ conditions: [{ field: 'a' }] }) };
  expect(await refusal(webhooks.updateWebhook(broken))).toMatchObject({ error: 'invalid invalid_filter' });
});

test('an event that a filter cannot decide about within its budget is delivered', async () => {
  const conditions = Array.from({ length: 100 }, () => ({ field: 'data.name', operator: 'contains', value: 'no' }));
  const { id } = await harness.create({ filter: json({ match: 'any', conditions }) });
  await harness.publish(['short', 'x'.repeat(20_000)]);
  expect(await harness.deliveries(id, 1)).toHaveLength(1);
});

const valued = (value: string) => ({ match: 'all', conditions: [{ field: 'data.name', operator: 'equals', value }] });

test('a filter may have 16 KiB and 500 tags and outputs, and not one more, when it is made and when it is changed', async () => {
  const webhooks = harness.webhooks(editor);
  const { id } = await harness.create();
  const room = 16 * 1024 - JSON.stringify(valued('')).length;
  const refusals = async (value: string) => {
    const filter = json(valued(value));
    return [
      await refusal(harness.create({ filter })),
      await refusal(webhooks.updateWebhook({ id, updateMask: { paths: ['filter'] }, filter })),
    ];
  };
  const tooLarge = { error: 'invalid invalid_filter', fields: { filter: 'may be at most 16 KiB' } };
  const tooMany = { error: 'invalid invalid_filter', fields: { filter: 'may have at most 500 tags and outputs' } };
  expect(await refusals('x'.repeat(room))).toEqual([undefined, undefined]);
  expect(await refusals('x'.repeat(room + 1))).toEqual([tooLarge, tooLarge]);
  expect(await refusals('{{a}}'.repeat(500))).toEqual([undefined, undefined]);
  expect(await refusals('{{a}}'.repeat(501))).toEqual([tooMany, tooMany]);
  expect(await refusals('{{ data.name | upcase }}'.repeat(9_000))).toEqual([tooLarge, tooLarge]);
});

test('a hundred webhooks with the largest filters keep no more memory than one organization may', async () => {
  const webhooks = 100;
  const template = (name: string) => `${name}{{ data.name | upcase | downcase }}`.repeat(400).slice(0, 16_000);
  for (let index = 0; index < webhooks; index += 1) {
    const conditions = [{ field: 'data.name', operator: 'not_equals', value: template(String(index)) }];
    await harness.create({ filter: json({ conditions }) });
  }
  await harness.publish(['One']);
  await eventually(() => expect(harness.receiver.requests).toHaveLength(webhooks));
  const gauge = await harness.metrics.getSingleMetric('drippulse_compiled_bytes')?.get();
  const bytes = gauge?.values.find(({ labels }) => labels['kind'] === 'filters')?.value;
  expect(bytes).toBeGreaterThan(2 << 20);
  expect(bytes).toBeLessThanOrEqual(4 << 20);
});

test.each([0, 1001, -1])('a rate of %d a second is refused', async (rateLimitPerSecond) => {
  const request = { url: harness.receiver.url, eventType: '*', rateLimitPerSecond };
  expect(await refusal(harness.webhooks(editor).createWebhook(request))).toMatchObject({
    fields: { rate_limit_per_second: expect.anything() },
  });
});

test('the answer "webhook-delivery: disable" disables, whatever its status, and the delivery is not lost', async () => {
  const { id } = await harness.create();
  harness.receiver.answer({ status: 503, headers: { 'webhook-delivery': 'disable' } });
  await harness.publish(['Stop']);
  await eventually(async () => {
    const { webhook } = await harness.webhooks(editor).getWebhook({ id });
    expect(webhook).toMatchObject({ active: false, disabledReason: 'requested' });
  });
  const [delivery] = await harness.deliveries(id, 1);
  expect(delivery?.status).toBe(WebhookDeliveryStatus.FAILED);
  harness.receiver.answer({});
  await harness.webhooks(editor).updateWebhook({ id, updateMask: { paths: ['active'] }, active: true });
  await harness.pass(10);
  await eventually(async () => {
    const [later] = await harness.deliveries(id, 1);
    expect(later?.status).toBe(WebhookDeliveryStatus.DELIVERED);
  });
  harness.receiver.answer({ status: 200, headers: { 'webhook-delivery': 'Disable' } });
  await harness.publish(['Stop']);
  await eventually(async () => {
    expect((await harness.webhooks(editor).getWebhook({ id })).webhook?.active).toBe(false);
  });
});

test('the answer "webhook-delivery: abort-message" ends the delivery, and only it', async () => {
  const { id } = await harness.create();
  harness.receiver.answerNext({ status: 422, headers: { 'webhook-delivery': 'abort-message' } });
  await harness.publish(['Poison']);
  await eventually(async () => {
    const [delivery] = await harness.deliveries(id, 1);
    expect(delivery).toMatchObject({ status: WebhookDeliveryStatus.CANCELLED });
  });
  await harness.publish(['Fine']);
  await harness.receiver.received(2);
  await eventually(async () => {
    expect(await harness.db.selectFrom('queue').selectAll().where('webhook_id', '=', id).execute()).toEqual([]);
  });
});

test.each([502, 504])('%d leaves the whole endpoint alone for a while', async (status) => {
  const { id } = await harness.create();
  harness.receiver.answerNext({ status, headers: { 'retry-after': '30' } });
  await harness.publish(['Overloaded']);
  await harness.openLane(id);
  await harness.publish(['Held back']);
  await harness.deliveries(id, 2);
  const lane = await harness.openLane(id);
  expect(Number(lane.next_due_at) - Number(harness.receiver.requests[0]?.at)).toBeGreaterThan(20_000);
  expect(harness.receiver.requests).toHaveLength(1);
  await harness.pass(31);
  await harness.receiver.received(3);
});

test('a process without descriptors uses up no try of a delivery, and the endpoint is not blamed', async () => {
  const { id } = await harness.create({ url: `http://hooks.example.com:${harness.receiver.port}/` });
  isShort = true;
  refused = 0;
  await harness.publish(['Later']);
  await eventually(() => expect(refused).toBeGreaterThan(0));
  const [waiting] = await harness.deliveries(id, 1);
  expect(waiting).toMatchObject({ status: WebhookDeliveryStatus.PENDING, attempts: [] });
  isShort = false;
  await eventually(async () => {
    // Moves past the end of the lease.
    await harness.pass(60);
    const [delivery] = await harness.deliveries(id, 1);
    expect(delivery?.status).toBe(WebhookDeliveryStatus.DELIVERED);
    expect(delivery?.attempts).toHaveLength(1);
  });
  const endpoint = await harness.db.selectFrom('endpoints').selectAll().where('webhook_id', '=', id).executeTakeFirst();
  expect(endpoint?.consecutive_failures).toBe(0);
});
