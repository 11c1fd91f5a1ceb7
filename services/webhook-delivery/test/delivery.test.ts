import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterEach(() => {
  harness.receiver.answer({});
  harness.receiver.clear();
});
afterAll(() => harness.stop());

test('an event arrives once, signed so that both independent verifiers accept it, with the bytes of the event', async () => {
  const webhook = await harness.create();
  const [id = ''] = await harness.publish(['Nurture']);
  const [request] = await harness.receiver.received(1);
  expect(request?.method).toBe('POST');
  expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': id });
  const body = request?.body.toString() ?? '';
  const headers = request?.headers ?? {};
  const verified = new StandardWebhook(webhook.secret ?? '').verify(body, headers);
  expect(new SvixWebhook(webhook.secret ?? '').verify(body, headers)).toEqual(verified);
  expect(verified).toMatchObject({ id, type: 'workflow.created', organization_id: 1, data: { name: 'Nurture' } });
  expect(body).toContain('"price":1.10');
});
