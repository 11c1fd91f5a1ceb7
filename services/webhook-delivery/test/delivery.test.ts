import { createHmac } from 'node:crypto';
import { WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { eventually, somebodyWaits } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { editor, type Harness, startHarness } from './harness.ts';
import { refusal } from './refusal.ts';

const { PENDING, DELIVERED, FAILED, EXHAUSTED } = WebhookDeliveryStatus;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  harness.receiver.answer({});
  const { webhooks } = await harness.webhooks(editor).listWebhooks({});
  for (const { id } of webhooks) await harness.webhooks(editor).deleteWebhook({ id });
  await eventually(async () => {
    expect(await harness.db.selectFrom('removals').selectAll().execute()).toEqual([]);
  });
  harness.receiver.clear();
});
afterAll(() => harness.stop());

/** Waits until the newest delivery of a webhook has this status and number of attempts, and returns it. */
async function until(webhookId: bigint, status: WebhookDeliveryStatus, attempts: number) {
  return eventually(async () => {
    const [delivery] = await harness.deliveries(webhookId, 1);
    if (delivery?.status === status && delivery.attempts.length === attempts) return delivery;
    throw new Error(`status ${delivery?.status} after ${delivery?.attempts.length} attempts`);
  });
}

test('a delivery carries the chain of its event, or the event as the cause of one, signed', async () => {
  await harness.create({ headers: { 'X-Own': 'kept' } });
  const [root = ''] = await harness.publish(['Root']);
  await harness.publish(['Chained'], { cause: 'enrollment:12:4711' });
  const requests = await harness.receiver.received(2);
  const chains = requests.map(({ headers }) => harness.readChain(headers['drippulse-chain']));
  expect(chains.map((chain) => chain?.cause).toSorted()).toEqual(['enrollment:12:4711', root]);
  expect(chains.map((chain) => chain?.organizationId)).toEqual([1n, 1n]);
  const own = harness.create({ headers: { 'DripPulse-Chain': 'mine' } });
  expect(await refusal(own)).toMatchObject({ error: 'invalid invalid_headers' });
});

test('an event arrives once, signed so that independent verifiers accept it, with the bytes of the event', async () => {
  const { secret = '', id: webhookId } = await harness.create();
  const [id = ''] = await harness.publish(['Nurture']);
  const [request] = await harness.receiver.received(1);
  const { headers = {}, body = Buffer.of(), method } = request ?? {};
  expect(method).toBe('POST');
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': id });
  const verified = new StandardWebhook(secret).verify(body, headers);
  new SvixWebhook(secret).verify(body, headers);
  expect(verified).toMatchObject({ id, type: 'workflow.created', organization_id: 1, data: { name: 'Nurture' } });
  expect(body.toString()).toContain('"price":1.10');
  const signed = `${id}.${headers['webhook-timestamp']}.${body}`;
  const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(signed)
    .digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${mac}`);
  const delivery = await until(webhookId, DELIVERED, 1);
  expect(delivery).toMatchObject({ eventId: id, eventType: 'workflow.created' });
  expect(delivery.nextAttemptAt).toBeUndefined();
  expect(delivery.attempts).toMatchObject([{ number: 1, statusCode: 200, responseExcerpt: '' }]);
  const { webhook } = await harness.webhooks(editor).getWebhook({ id: webhookId });
  expect(webhook?.lastDeliveryAt).toBeDefined();
});

test('an event that arrives twice makes one delivery for each webhook that matches', async () => {
  const exact = await harness.create();
  const noun = await harness.create({ eventType: 'workflow.*' });
  const all = await harness.create({ eventType: '*' });
  const other = await harness.create({ eventType: 'enrollment.*' });
  const inactive = await harness.create({ active: false });
  const at = new Date();
  const ids = await harness.publish(['One', 'Two'], { at });
  await harness.publish(['One', 'Two'], { at, ids });
  await harness.publish(['Three'], { at });
  for (const { id } of [exact, noun, all]) {
    expect(await harness.deliveries(id, 3)).toHaveLength(3);
  }
  await harness.receiver.received(9);
  for (const { id } of [other, inactive]) expect(await harness.deliveries(id, 0)).toEqual([]);
  expect((await sql`select from inbox`.execute(harness.db)).rows).toEqual([]);
});

test('an event of an organization without webhooks writes nothing', async () => {
  const { id } = await harness.create();
  const [unheard = ''] = await harness.publish(['Elsewhere'], { organizationId: 77n });
  await harness.publish(['Here']);
  await until(id, DELIVERED, 1);
  const payloads = await harness.db.selectFrom('payloads').select('event_id').execute();
  expect(payloads.map((row) => row.event_id)).not.toContain(unheard);
});

test('a failed delivery is tried again with the same id and bytes, a fresh signature and the next number', async () => {
  const { id, secret = '' } = await harness.create();
  harness.receiver.answerNext({ status: 500, body: 'out of\0order' }, { reset: true });
  await harness.publish(['Retry']);
  const failed = await until(id, FAILED, 1);
  expect(failed.attempts).toMatchObject([
    { number: 1, statusCode: 500, error: 'http_error', responseExcerpt: 'out oforder' },
  ]);
  expect(Number(failed.nextAttemptAt?.seconds) - Number(failed.attempts[0]?.at?.seconds)).toBeGreaterThan(2);
  await harness.pass(6);
  const again = await until(id, FAILED, 2);
  expect(again.attempts[1]).toMatchObject({ number: 2, error: 'connection_reset' });
  expect(again.attempts[1]?.statusCode).toBeUndefined();
  await harness.pass(400);
  await until(id, DELIVERED, 3);
  const requests = harness.receiver.requests;
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(requests.map(({ body }) => body.toString())).size).toBe(1);
  for (const { headers, body } of requests) new StandardWebhook(secret).verify(body, headers);
});

test('Retry-After moves the next attempt, and the endpoint is left alone for a minute after 429', async () => {
  const { id } = await harness.create();
  harness.receiver.answerNext({ status: 503, headers: { 'retry-after': '120' } });
  await harness.publish(['Busy']);
  const busy = await until(id, FAILED, 1);
  expect(Number(busy.nextAttemptAt?.seconds) - Number(busy.attempts[0]?.at?.seconds)).toBeGreaterThan(115);
  harness.receiver.answerNext({ status: 429 });
  await harness.publish(['Too many']);
  await harness.receiver.received(2);
  await until(id, FAILED, 1);
  await harness.openLane(id);
  await harness.publish(['Held back']);
  await harness.deliveries(id, 3);
  const lane = await harness.openLane(id);
  expect(Number(lane.next_due_at) - Number(harness.receiver.requests[1]?.at)).toBeGreaterThan(50_000);
  expect(harness.receiver.requests).toHaveLength(2);
  await harness.pass(121);
  await harness.receiver.received(4);
});

test('a redirect is a failure and is not followed', async () => {
  const { id } = await harness.create({ url: `${harness.receiver.url}/from` });
  harness.receiver.answerNext({ status: 302, headers: { location: `${harness.receiver.url}/to` } });
  await harness.publish(['Moved']);
  const { attempts } = await until(id, FAILED, 1);
  expect(attempts).toMatchObject([{ statusCode: 302, error: 'http_error' }]);
  expect(harness.receiver.requests.map(({ url }) => url)).toEqual(['/from']);
});

/** Returns the number of published attempts of a webhook, according to the counts. */
function attemptsCounted(webhookId: bigint, succeeded: boolean): number {
  const counts = harness.published.flatMap(({ payload }) =>
    payload.case === 'attemptsCounted' ? payload.value.counts : [],
  );
  return counts
    .filter((one) => one.webhookId === webhookId && one.succeeded === succeeded)
    .reduce((sum, { count }) => sum + count, 0);
}

test('ten failed attempts exhaust a delivery; it stays, is announced, and can be redelivered with the same id', async () => {
  const { id } = await harness.create();
  harness.receiver.answer({ status: 500 });
  const [eventId] = await harness.publish(['Never']);
  for (const [index, hours] of [0.01, 0.1, 1, 2, 5, 10, 14, 20, 24].entries()) {
    await until(id, FAILED, index + 1);
    await harness.pass(hours * 3600);
  }
  const exhausted = await until(id, EXHAUSTED, 10);
  expect(exhausted.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(exhausted.nextAttemptAt).toBeUndefined();
  const event = await eventually(() => {
    const found = harness.published.find(
      ({ aggregate, payload }) => aggregate === `webhook:${id}` && payload.case === 'exhausted',
    );
    if (found?.payload.case !== 'exhausted') throw new Error('not announced');
    return found.payload.value;
  });
  expect(event).toMatchObject({ webhook: { id }, delivery: { id: exhausted.id, eventId } });
  expect(event.webhook?.secret).toBeUndefined();
  expect(event.delivery?.attempts).toHaveLength(10);

  harness.receiver.answer({});
  const webhooks = harness.webhooks(editor);
  const { delivery } = await webhooks.redeliverDelivery({ webhookId: id, id: exhausted.id });
  expect(delivery).toMatchObject({ id: exhausted.id, status: FAILED });
  const delivered = await until(id, DELIVERED, 11);
  expect(delivered.attempts.at(-1)).toMatchObject({ number: 11, statusCode: 200 });
  await eventually(() => expect([attemptsCounted(id, true), attemptsCounted(id, false)]).toEqual([1, 10]));
  expect(new Set(harness.receiver.requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([eventId]));
  expect(await refusal(webhooks.redeliverDelivery({ webhookId: id, id: 999_999n }))).toMatchObject({
    error: 'not_found delivery_not_found',
  });
});

test('both secrets sign after a rotation, and only the new one a day later', async () => {
  const { id, secret: oldSecret = '' } = await harness.create();
  const { webhook } = await harness.webhooks(editor).rotateWebhookSecret({ id });
  const newSecret = webhook?.secret ?? '';
  await harness.publish(['Rotated']);
  const [request] = await harness.receiver.received(1);
  const { headers = {}, body = Buffer.of() } = request ?? {};
  new StandardWebhook(oldSecret).verify(body, headers);
  new SvixWebhook(newSecret).verify(body, headers);
  await harness.db.updateTable('webhooks').set({ previous_secret_until: new Date() }).where('id', '=', id).execute();
  await harness.publish(['A day later']);
  const [, later] = await harness.receiver.received(2);
  new StandardWebhook(newSecret).verify(later?.body ?? '', later?.headers ?? {});
  expect(() => new StandardWebhook(oldSecret).verify(later?.body ?? '', later?.headers ?? {})).toThrow();
});

test('a test delivery goes the same way with a sample of the type, inactive webhooks included', async () => {
  const { id, secret = '' } = await harness.create({ eventType: 'enrollment.*', active: false });
  const { delivery } = await harness.webhooks(editor).testWebhook({ id });
  expect(delivery).toMatchObject({ status: PENDING, eventType: 'enrollment.started', attempts: [] });
  await harness.webhooks(editor).testWebhook({ id, eventType: 'workflow.failed' });
  const requests = await harness.receiver.received(2);
  const types = requests.map(({ body, headers }) => {
    const verified = new StandardWebhook(secret).verify(body, headers);
    expect(verified).toMatchObject({ organization_id: 1, id: headers['webhook-id'] });
    return JSON.parse(body.toString()).type;
  });
  expect(types.sort()).toEqual(['enrollment.started', 'workflow.failed']);
  await eventually(async () => {
    const deliveries = await harness.deliveries(id, 2);
    expect(deliveries.every(({ status }) => status === DELIVERED)).toBe(true);
  });
});

test('removing a webhook cancels what is queued for it', async () => {
  const { id } = await harness.create();
  harness.receiver.answer({ status: 500 });
  await harness.publish(['Removed']);
  const { id: deliveryId } = await until(id, FAILED, 1);
  await harness.webhooks(editor).deleteWebhook({ id });
  await eventually(async () => {
    const row = await harness.db.selectFrom('deliveries').selectAll().where('id', '=', deliveryId).executeTakeFirst();
    expect(row).toMatchObject({ status: 'cancelled', next_attempt_at: null });
    expect(await harness.db.selectFrom('queue').selectAll().where('webhook_id', '=', id).execute()).toEqual([]);
  });
});

test('the last of a removed webhook goes without a deadlock with a result that is recorded meanwhile', async () => {
  const { id } = await harness.create();
  await harness.db.transaction().execute(async (trx) => {
    await sql`select from endpoints where webhook_id = ${id} for update`.execute(trx);
    await harness.db
      .updateTable('webhooks')
      .set({ active: false, deleted_at: new Date() })
      .where('id', '=', id)
      .execute();
    await harness.db.insertInto('removals').values({ webhook_id: id }).execute();
    await somebodyWaits(trx);
    await sql`set local lock_timeout = '200ms'`.execute(trx);
    await sql`update lanes set is_paused = true where webhook_id = ${id}`.execute(trx);
  });
});

test('the list of deliveries filters by status and pages by cursor, newest first', async () => {
  const { id } = await harness.create();
  harness.receiver.answer((request) => ({ status: request.body.includes('"name":"bad"') ? 500 : 200 }));
  await harness.publish(['good', 'bad', 'good', 'good', 'bad']);
  const webhooks = harness.webhooks(editor);
  await eventually(async () => {
    expect((await webhooks.listDeliveries({ webhookId: id, status: DELIVERED })).totalCount).toBe(3n);
    expect((await webhooks.listDeliveries({ webhookId: id, status: FAILED })).totalCount).toBe(2n);
  });
  const all = await harness.deliveries(id, 5);
  const ids = all.map((delivery) => delivery.id);
  expect(ids).toEqual([...ids].sort((a, b) => Number(b - a)));
  const first = await webhooks.listDeliveries({ webhookId: id, limit: 2 });
  const second = await webhooks.listDeliveries({ webhookId: id, limit: 2, cursor: first.nextCursor });
  const third = await webhooks.listDeliveries({ webhookId: id, page: 3, perPage: 2 });
  const paged = [...first.deliveries, ...second.deliveries, ...third.deliveries];
  expect(paged.map((delivery) => delivery.id)).toEqual(ids);
  expect(third).toMatchObject({ page: 3, totalPages: 3, totalCount: 5n });
  expect(third.nextCursor).toBeUndefined();
});

test('an attempt that is recorded while the list is read appears together with its status or not at all', async () => {
  const { id } = await harness.create({ active: false });
  await sql`
    insert into deliveries (event_at, organization_id, webhook_id, event_id, event_type, status, next_attempt_at)
    values (now(), 1, ${id}, 'evt_between', 'workflow.created', 'pending', now())`.execute(harness.db);
  const listing = await harness.db.transaction().execute(async (trx) => {
    await sql`lock table attempts in access exclusive mode`.execute(trx);
    const list = harness.webhooks(editor).listDeliveries({ webhookId: id });
    await somebodyWaits(trx);
    await sql`
      with moved as (
        update deliveries set status = 'delivered', attempts = 1, next_attempt_at = null where webhook_id = ${id}
        returning id, event_at
      )
      insert into attempts (delivery_id, event_at, number, at, status_code, duration_ms)
      select id, event_at, 1, now(), 200, 5 from moved`.execute(trx);
    return { list };
  });
  const [delivery] = (await listing.list).deliveries;
  expect(delivery?.attempts).toHaveLength(delivery?.status === DELIVERED ? 1 : 0);
});

test('a repeat of redeliver with the same Idempotency-Key sends once more, not twice', async () => {
  const { id } = await harness.create();
  await harness.publish(['Again']);
  const { id: deliveryId } = await until(id, DELIVERED, 1);
  const headers = { 'idempotency-key': `redeliver-${deliveryId}` };
  const webhooks = harness.webhooks(editor);
  await webhooks.redeliverDelivery({ webhookId: id, id: deliveryId }, { headers });
  await until(id, DELIVERED, 2);
  await webhooks.redeliverDelivery({ webhookId: id, id: deliveryId }, { headers });
  const queued = await harness.db.selectFrom('queue').selectAll().where('delivery_id', '=', deliveryId).execute();
  expect(queued).toEqual([]);
});
