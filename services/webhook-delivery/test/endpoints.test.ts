import { topicOf } from '@drippulse/events';
import { type WebhookEvent, WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness } from './harness.ts';

let harness: Harness;
let failing: Receiver;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  failing = await startReceiver({ answer: { status: 500 } });
});
afterEach(async () => {
  const { webhooks } = await harness.webhooks(editor).listWebhooks({});
  for (const { id } of webhooks) await harness.webhooks(editor).deleteWebhook({ id });
  await everythingHeard();
  await failing.stop();
  harness.receiver.clear();
});
afterAll(() => harness.stop());

const dayMs = 86_400_000;

/** Waits until the events about a test's endpoints have reached its webhooks, so that no later webhook gets them. */
async function everythingHeard() {
  await eventually(async () => {
    expect(await harness.db.selectFrom('removals').selectAll().execute()).toEqual([]);
    expect((await sql`select from outbox`.execute(harness.db)).rows).toEqual([]);
    const lag = await harness.events.lag(topicOf(WebhookEventSchema).name, 'webhook-delivery');
    expect([...lag.values()].filter((messages) => messages > 0n)).toEqual([]);
  });
}

/** Waits until there are `count` events about a webhook, and returns them. */
async function raised(id: bigint, count: number): Promise<WebhookEvent[]> {
  return eventually(() => {
    const about = harness.published.filter(({ aggregate }) => aggregate === `webhook:${id}`);
    if (about.length < count) throw new Error(`${about.length} of ${count} events about the webhook`);
    return about;
  });
}

const kinds = (events: readonly WebhookEvent[]) => events.map(({ sequence, payload }) => `${sequence} ${payload.case}`);

async function webhookOf(id: bigint) {
  const { webhook } = await harness.webhooks(editor).getWebhook({ id });
  return webhook;
}

/** Makes a webhook's endpoint fail four times in a row. */
async function failFourTimes(id: bigint) {
  await harness.publish(['a', 'b', 'c', 'd']);
  await eventually(async () => {
    const deliveries = await harness.deliveries(id, 4);
    expect(deliveries.every(({ attempts }) => attempts.length > 0)).toBe(true);
  });
}

test('four failures raise failing, the next success recovered, each once and in sequence', async () => {
  const { id } = await harness.create({ url: failing.url });
  await failFourTimes(id);
  expect(kinds(await raised(id, 1))).toEqual(['1 failing']);
  failing.answer({});
  await harness.pass(10);
  expect(kinds(await raised(id, 2))).toEqual(['1 failing', '2 recovered']);
  expect(harness.published.at(-1)?.organizationId).toBe(1n);
});

test('410 disables: new events make no deliveries, the queue stays, and enabling goes on with it', async () => {
  const { id } = await harness.create({ url: failing.url });
  failing.answerNext({ status: 410 });
  await harness.publish(['Gone']);
  await eventually(async () => {
    expect(await webhookOf(id)).toMatchObject({ active: false, disabledReason: 'gone' });
  });
  expect(kinds(await raised(id, 1))).toEqual(['1 disabled']);
  const heard = await harness.create();
  await harness.publish(['Unheard']);
  await harness.deliveries(heard.id, 1);
  expect(await harness.deliveries(id, 1)).toHaveLength(1);
  await harness.pass(10);
  const lanes = await harness.db.selectFrom('lanes').selectAll().where('webhook_id', '=', id).execute();
  expect(lanes.map(({ next_due_at }) => next_due_at)).toEqual([null, null]);
  expect(failing.requests).toHaveLength(1);

  failing.answer({});
  const enable = { id, updateMask: { paths: ['active'] }, active: true };
  const { webhook } = await harness.webhooks(editor).updateWebhook(enable);
  expect(webhook?.active).toBe(true);
  expect(webhook?.disabledReason).toBeUndefined();
  await failing.received(2);
  await eventually(async () => {
    const [delivery] = await harness.deliveries(id, 1);
    expect(delivery?.status).toBe(WebhookDeliveryStatus.DELIVERED);
  });
});

test('five days of nothing but failures disable and say so', async () => {
  const { id } = await harness.create({ url: failing.url });
  await harness.publish(['Failing']);
  await eventually(async () => expect((await harness.deliveries(id, 1))[0]?.attempts).toHaveLength(1));
  await harness.db
    .updateTable('endpoints')
    .set({ failing_since: new Date(Date.now() - 5 * dayMs) })
    .where('webhook_id', '=', id)
    .execute();
  await harness.pass(6);
  const [event] = await raised(id, 1);
  expect(event?.payload).toMatchObject({
    case: 'disabled',
    value: { id, active: false, disabledReason: 'failing' },
  });
});

test('events about an endpoint reach the others and never itself, and their own failures raise nothing', async () => {
  const broken = await harness.create({ url: failing.url, eventType: '*' });
  const watcher = await harness.create({ url: `${failing.url}/watcher`, eventType: 'webhook.*' });
  const listener = await harness.create({ eventType: 'webhook.*' });
  await failFourTimes(broken.id);
  await raised(broken.id, 1);
  const [request] = await harness.receiver.received(1);
  expect(JSON.parse(request?.body.toString() ?? '')).toMatchObject({
    type: 'webhook.failing',
    data: { id: Number(broken.id), url: failing.url },
  });
  for (let round = 0; round < 5; round += 1) {
    const before = failing.requests.filter(({ url }) => url === '/watcher').length;
    await eventually(async () => {
      const [delivery] = await harness.deliveries(watcher.id, 1);
      expect(delivery?.attempts.length).toBeGreaterThan(before - 1);
    });
    await harness.pass(1800);
  }
  await failing.received(9);
  expect((await harness.deliveries(broken.id, 4)).map(({ eventType }) => eventType)).not.toContain('webhook.failing');
  expect(await harness.deliveries(listener.id, 1)).toHaveLength(1);
  expect(harness.published.filter(({ aggregate }) => aggregate === `webhook:${watcher.id}`)).toEqual([]);
});

test('an endpoint that fails most of the time is left alone for a minute, then asked once', async () => {
  const { id } = await harness.create({ url: failing.url });
  const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
  await harness.publish(names);
  const laneIsOpen = () =>
    eventually(async () => {
      const lane = await harness.openLane(id);
      expect(Number(lane.open_until) - Number(failing.requests.at(-1)?.at)).toBeGreaterThan(50_000);
      expect(lane.next_due_at).toEqual(lane.open_until);
    });
  await laneIsOpen();
  const asked = failing.requests.length;
  expect(asked).toBeLessThanOrEqual(12);
  await harness.pass(61);
  await failing.received(asked + 1);
  await laneIsOpen();
  expect(failing.requests.length).toBe(asked + 1);
  failing.answer({});
  await harness.pass(61);
  await failing.received(asked + 31);
});

test('a redelivery goes out at once while the circuit is open', async () => {
  const { id } = await harness.create({ url: failing.url });
  await harness.publish(Array.from({ length: 12 }, (_, index) => `n${index}`));
  await eventually(async () => {
    const open = await harness.db.selectFrom('lanes').selectAll().where('open_until', 'is not', null).execute();
    expect(open.map(({ webhook_id }) => webhook_id)).toEqual([id]);
  });
  failing.answer({});
  const [delivery] = await harness.deliveries(id, 1);
  await harness.webhooks(editor).redeliverDelivery({ webhookId: id, id: delivery?.id ?? 0n });
  // One success closes the circuit for all other deliveries.
  await eventually(async () => {
    const deliveries = await harness.deliveries(id, 12);
    const delivered = deliveries.filter(({ status }) => status === WebhookDeliveryStatus.DELIVERED);
    expect(delivered.length).toBeGreaterThan(0);
  });
});
