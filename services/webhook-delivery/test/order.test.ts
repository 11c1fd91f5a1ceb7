import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';

const { DELIVERED, FAILED } = WebhookDeliveryStatus;

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.stop());

const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
const sentNames = () => harness.receiver.requests.map(({ body }) => JSON.parse(body.toString()).data.name);

test('events about one thing arrive one after the other, in their order, from two processes too', async () => {
  await harness.startAnother();
  await harness.create({ ordered: true });
  let underWay = 0;
  let most = 0;
  harness.receiver.answer(async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return {};
  });
  await harness.publish(names(40));
  await harness.receiver.received(40);
  expect(sentNames()).toEqual(names(40));
  expect(most).toBe(1);
});

test('what is about other things does not wait for one that fails, and what is about the same does', async () => {
  const { id } = await harness.create({ ordered: true });
  harness.receiver.answer(({ body }) => ({ status: body.includes('"name":"first"') ? 500 : 200 }));
  await harness.publish(['first', 'second'], { workflowId: 12n });
  await harness.publish(['other'], { workflowId: 13n });
  await eventually(() => expect(sentNames().sort()).toEqual(['first', 'other']));
  harness.receiver.answer({});
  await harness.pass(10);
  await eventually(() => expect(sentNames()).toEqual(expect.arrayContaining(['second'])));
  expect(sentNames().slice(-2)).toEqual(['first', 'second']);
  await eventually(async () => {
    const deliveries = await harness.deliveries(id, 3);
    expect(deliveries.every(({ status }) => status === DELIVERED)).toBe(true);
  });
});

test('a deleted payload does not block the deliveries after it', async () => {
  await harness.create({ ordered: true });
  harness.receiver.answerNext({ status: 500 });
  const [eventId = ''] = await harness.publish(['first', 'second']);
  await eventually(async () => {
    const row = await harness.db
      .selectFrom('deliveries')
      .selectAll()
      .where('event_id', '=', eventId)
      .executeTakeFirst();
    expect(row?.status).toBe('failed');
  });
  await harness.webhooks(editor).deleteEventPayload({ eventId });
  await eventually(() => expect(sentNames()).toEqual(['first', 'second']));
});

test('a webhook that is no longer ordered lets go what waits', async () => {
  const { id } = await harness.create({ ordered: true });
  harness.receiver.answerNext({ status: 500 });
  await harness.publish(['first', 'second', 'third']);
  await eventually(async () => {
    expect((await harness.deliveries(id, 3)).some(({ status }) => status === FAILED)).toBe(true);
  });
  await harness.webhooks(editor).updateWebhook({ id, updateMask: { paths: ['ordered'] }, ordered: false });
  await eventually(() => expect(sentNames().sort()).toEqual(expect.arrayContaining(['second', 'third'])));
});

test('an endpoint with a rate gets all of its deliveries, tests too, after those of an endpoint without one', async () => {
  const { id } = await harness.create({ url: `${harness.receiver.url}/slow`, rateLimitPerSecond: 5 });
  await harness.create({ url: `${harness.receiver.url}/free` });
  await harness.publish(names(20));
  await harness.webhooks(editor).testWebhook({ id });
  const requests = await harness.receiver.received(41);
  expect(requests.filter(({ url }) => url === '/slow')).toHaveLength(21);
  expect(requests.at(-1)?.url).toBe('/slow');
});
