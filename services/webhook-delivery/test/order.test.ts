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
  await harness.receiver.received(40, { timeoutMs: 20_000 });
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

test('an endpoint with a rate gets no more than that in a second, and another endpoint is not delayed', async () => {
  await harness.create({ url: `${harness.receiver.url}/slow`, rateLimitPerSecond: 5 });
  await harness.create({ url: `${harness.receiver.url}/free` });
  await harness.publish(names(20));
  const requests = await harness.receiver.received(40, { timeoutMs: 15_000 });
  const timesOf = (path: string) => requests.filter(({ url }) => url === path).map(({ at }) => at.getTime());
  const slow = timesOf('/slow');
  // One second of this test may contain the end of one second of the limit and the start of the next.
  const gaps = slow.slice(10).map((at, index) => at - (slow[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(1000);
  expect((slow.at(-1) ?? 0) - (slow[0] ?? 0)).toBeGreaterThan(2000);
  expect(requests.at(-1)?.url).toBe('/slow');
});

test('tests count in the rate of an endpoint', async () => {
  const { id } = await harness.create({ url: `${harness.receiver.url}/tested`, rateLimitPerSecond: 1 });
  for (let round = 0; round < 3; round += 1) await harness.webhooks(editor).testWebhook({ id });
  const times = await eventually(
    () => {
      const tested = harness.receiver.requests.filter(({ url }) => url === '/tested');
      expect(tested).toHaveLength(3);
      return tested.map(({ at }) => at.getTime());
    },
    { timeoutMs: 15_000 },
  );
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1000);
});
