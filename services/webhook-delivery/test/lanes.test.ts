import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually, startReceiver } from '@drippulse/testing';
import { afterEach, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.stop());

const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);

test('endpoints that hang or refuse never delay a healthy one', async () => {
  harness = await startHarness();
  const hanging = await startReceiver({ answer: { hang: 'at_once' } });
  const gone = await startReceiver();
  await gone.stop();
  const hangingIds: bigint[] = [];
  for (let index = 0; index < 20; index += 1) {
    hangingIds.push((await harness.create({ url: `${hanging.url}/${index}` })).id);
    await harness.create({ url: gone.url });
  }
  await harness.publish(names(20));
  await hanging.received(20);
  await harness.create({ eventType: 'workflow.*' });
  await harness.publish(names(20));
  await harness.receiver.received(20);
  // No attempt at a hanging endpoint has ended yet, because such an attempt ends after 15 s.
  for (const id of hangingIds) {
    const { deliveries } = await harness.webhooks(editor).listDeliveries({ webhookId: id, limit: 1000 });
    expect(deliveries.flatMap(({ attempts }) => attempts)).toEqual([]);
  }
  expect(hanging.requests.length).toBeLessThanOrEqual(40);
  const stopped = harness.stopServices();
  await hanging.stop();
  await stopped;
});

test('two processes on one database send each delivery once', async () => {
  harness = await startHarness();
  await harness.startAnother();
  const { id } = await harness.create();
  const other = await harness.create({ url: `${harness.receiver.url}/other`, eventType: '*' });
  for (let round = 0; round < 5; round += 1) await harness.publish(names(60));
  await harness.receiver.received(600);
  for (const webhookId of [id, other.id]) {
    await eventually(async () => {
      const { deliveries } = await harness.webhooks(editor).listDeliveries({ webhookId, limit: 1000 });
      expect(deliveries).toHaveLength(300);
      expect(deliveries.every(({ status }) => status === WebhookDeliveryStatus.DELIVERED)).toBe(true);
      expect(deliveries.every(({ attempts }) => attempts.length === 1)).toBe(true);
    });
  }
  const sent = harness.receiver.requests.map(({ url, headers }) => `${url} ${headers['webhook-id']}`);
  expect(new Set(sent).size).toBe(600);
  expect(sent).toHaveLength(600);
  expect(await harness.db.selectFrom('queue').selectAll().execute()).toEqual([]);
});

test('an organization with a flood does not keep another waiting', async () => {
  harness = await startHarness();
  harness.receiver.answer(({ url }) => (url === '/flood' ? { delayMs: 50 } : {}));
  await harness.create({ url: `${harness.receiver.url}/flood` });
  for (let round = 0; round < 5; round += 1) await harness.publish(names(400));
  await harness.receiver.received(10);
  const caller = { ...editor, organizationId: 2n };
  await harness.create({ url: `${harness.receiver.url}/calm` }, caller);
  await harness.publish(['calm'], { organizationId: 2n });
  const before = await eventually(() => {
    const at = harness.receiver.requests.findIndex(({ url }) => url === '/calm');
    expect(at).toBeGreaterThan(0);
    return at;
  });
  expect(before).toBeLessThan(1000);
});

test('a stop gives back what is under way, and the next process sends it again at once with the same id', async () => {
  harness = await startHarness();
  const { id } = await harness.create();
  harness.receiver.answer({ hang: 'at_once' });
  const [eventId] = await harness.publish(['Stopped']);
  await harness.receiver.received(1);
  await harness.stopServices();
  harness.receiver.answer({});
  await harness.startAnother();
  const requests = await harness.receiver.received(2);
  expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId]);
  await eventually(async () => {
    const [delivery] = await harness.deliveries(id, 1);
    expect(delivery).toMatchObject({ status: WebhookDeliveryStatus.DELIVERED });
    expect(delivery?.attempts.map(({ number }) => number)).toEqual([1]);
  });
});

test('a name that turns private after it was saved is refused at connect, for tests too', async () => {
  let address = '8.8.8.8';
  harness = await startHarness({ allowPrivate: false, resolve: async () => [address] });
  const { id } = await harness.create({ url: 'https://rebound.example.com/' });
  address = '127.0.0.1';
  await harness.publish(['Rebound']);
  await eventually(async () => {
    const [delivery] = await harness.deliveries(id, 1);
    expect(delivery?.attempts).toMatchObject([{ number: 1, error: 'address_not_allowed' }]);
  });
  const { delivery: sample } = await harness.webhooks(editor).testWebhook({ id });
  await eventually(async () => {
    const [delivery] = await harness.deliveries(id, 2);
    expect(delivery).toMatchObject({ id: sample?.id, attempts: [{ number: 1, error: 'address_not_allowed' }] });
  });
});
