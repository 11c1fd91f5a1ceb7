import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventTypes } from '../src/catalog/event-types.ts';
import { modeReader } from '../src/catalog/mode-of-event.ts';
import { newEventId } from '../src/deliveries/event-id.ts';
import { editor, type Harness, startHarness, tester } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => harness.receiver.answer({}));
afterAll(() => harness.stop());

/** Publishes an event and returns its id. */
async function publish<D extends DescMessage>(desc: D, init: MessageInitShape<D>): Promise<string> {
  const id = newEventId(new Date());
  const fields = { id, time: timestampFromDate(new Date()), organizationId: 1n, sequence: 1n, aggregate: 'some:1' };
  // The cast is safe, because every event message has these fields.
  const message = create(desc, { ...fields, ...init } as unknown as MessageInitShape<D>);
  await harness.send(desc, { key: id, value: toBinary(desc, message), headers: { ce_id: id, ce_type: 'some.type' } });
  return id;
}

const eventsOf = async (webhookId: bigint, count: number) =>
  (await harness.deliveries(webhookId, count)).map(({ eventId }) => eventId).sort();

test('a webhook gets the events of rows of its own mode alone', async () => {
  const live = await harness.create({ eventType: '*' });
  const testing = await harness.create({ eventType: '*' }, tester);
  expect([live.mode, testing.mode]).toEqual([Mode.LIVE, Mode.TEST]);
  const [ofLive = ''] = await harness.publish(['Live'], { mode: Mode.LIVE });
  // An event that was published before workflows had a mode.
  const [ofOld = ''] = await harness.publish(['Old']);
  const [ofTest = ''] = await harness.publish(['Trial'], { mode: Mode.TEST });
  const enrollment = (mode: Mode) => ({ id: 1n, workflowId: 12n, mode });
  const failed = (mode: Mode) =>
    publish(EnrollmentEventSchema, {
      payload: { case: 'workflowFailed', value: { workflow: { id: 12n, name: 'W' }, enrollment: enrollment(mode) } },
    });
  const sent = (mode: Mode) =>
    publish(EnrollmentEventSchema, { payload: { case: 'emailSent', value: { enrollmentId: 1n, mode } } });
  const lead = { id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071', publicId: 'lead_1', custom: Buffer.from('{}') };
  const expectedLive = [
    ofLive,
    ofOld,
    await failed(Mode.LIVE),
    await sent(Mode.LIVE),
    await publish(CrmEventSchema, { payload: { case: 'leadCreated', value: lead } }),
  ];
  const expectedTest = [ofTest, await failed(Mode.TEST), await sent(Mode.TEST)];
  expect(await eventsOf(live.id, 5)).toEqual(expectedLive.toSorted());
  expect(await eventsOf(testing.id, 3)).toEqual(expectedTest.toSorted());
});

test('what happens to an endpoint is told to webhooks of its mode', async () => {
  const live = await harness.create({ eventType: 'webhook.*' });
  const testing = await harness.create({ eventType: 'webhook.*' }, tester);
  const broken = await harness.create({ url: `${harness.receiver.url}/gone` }, tester);
  harness.receiver.answer(({ url }) => ({ status: url === '/gone' ? 410 : 200 }));
  await harness.publish(['Trial'], { mode: Mode.TEST });
  await eventually(async () => {
    const { webhook } = await harness.webhooks(tester).getWebhook({ id: broken.id });
    expect(webhook).toMatchObject({ active: false, disabledReason: 'gone', mode: Mode.TEST });
  });
  const told = await harness.deliveries(testing.id, 1);
  expect(told).toMatchObject([{ eventType: 'webhook.disabled' }]);
  expect(await harness.deliveries(live.id, 0)).toEqual([]);
});

test('a list shows the mode of its caller, and the other one when it is asked for', async () => {
  const live = await harness.create();
  const testing = await harness.create({}, tester);
  const idsOf = async (caller: typeof editor, mode?: Mode) => {
    const { webhooks, totalCount } = await harness.webhooks(caller).listWebhooks({ mode });
    expect(totalCount).toBe(BigInt(webhooks.length));
    return webhooks.map(({ id }) => id).filter((id) => id === live.id || id === testing.id);
  };
  expect(await Promise.all([idsOf(editor), idsOf(tester, Mode.LIVE)])).toEqual([[live.id], [live.id]]);
  expect(await Promise.all([idsOf(tester), idsOf(editor, Mode.TEST)])).toEqual([[testing.id], [testing.id]]);
});

test('a test key changes its own webhooks, and reads live ones without changing or sending anything', async () => {
  const live = await harness.create({ headers: { authorization: 'Bearer secret-of-theirs' } });
  const [eventId = ''] = await harness.publish(['Live']);
  const [delivery] = await harness.deliveries(live.id, 1);
  const { recovery } = await harness.webhooks(editor).recoverWebhook({
    webhookId: live.id,
    since: timestampFromDate(new Date(Date.now() - 1000)),
  });
  const { webhook: shown } = await harness.webhooks(tester).getWebhook({ id: live.id });
  expect(shown?.headers).toEqual({ authorization: '***' });
  const before = await harness.db.selectFrom('webhooks').selectAll().where('id', '=', live.id).execute();
  const byTestKey = harness.webhooks(tester);
  const since = timestampFromDate(new Date(Date.now() - 1000));
  const changes = [
    byTestKey.updateWebhook({ id: live.id, updateMask: { paths: ['url'] }, url: 'https://elsewhere.example.com' }),
    byTestKey.deleteWebhook({ id: live.id }),
    byTestKey.testWebhook({ id: live.id }),
    byTestKey.rotateWebhookSecret({ id: live.id }),
    byTestKey.recoverWebhook({ webhookId: live.id, since }),
    byTestKey.cancelRecovery({ webhookId: live.id, id: recovery?.id }),
    byTestKey.redeliverDelivery({ webhookId: live.id, id: delivery?.id }),
    byTestKey.deleteEventPayload({ eventId }),
  ];
  for (const change of changes) {
    expect(await refusal(change)).toMatchObject({ error: 'permission_denied test_mode' });
  }
  expect(await harness.db.selectFrom('webhooks').selectAll().where('id', '=', live.id).execute()).toEqual(before);
  const own = await harness.create({}, tester);
  const { webhook } = await byTestKey.rotateWebhookSecret({ id: own.id });
  expect(webhook?.secret).toMatch(/^whsec_/);
  expect(await byTestKey.testWebhook({ id: own.id })).toMatchObject({ delivery: { eventType: 'workflow.created' } });
});

test.each(['', 'name', 'enrollment', 'nowhere.mode'])('an event type with the mode "%s" does not compile', (mode) => {
  const [{ payload }] = eventTypes.filter(({ type }) => type === 'workflow.failed') as [(typeof eventTypes)[number]];
  expect(() => modeReader('workflow.failed', payload, mode)).toThrow('workflow.failed: its option mode');
});
