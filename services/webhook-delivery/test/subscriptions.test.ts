import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester, viewer } from './harness.ts';
import { refusal } from './refusal.ts';

/** Host names of these tests. No other name resolves. */
const addresses: Record<string, string[]> = {
  'inside.example.com': ['10.0.0.7'],
  'mixed.example.com': ['8.8.8.8', '::1'],
};

/** Look-ups of names whose name servers do not respond. A test ends these look-ups itself. */
const dead = new Set<() => void>();

async function resolve(hostname: string): Promise<string[]> {
  if (hostname.endsWith('dead.example.com')) {
    await new Promise<void>((end) => dead.add(end));
    throw new Error('ETIMEOUT');
  }
  const found = addresses[hostname];
  if (found === undefined) throw new Error(`${hostname} does not resolve`);
  return found;
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ allowPrivate: false, resolve });
});
afterAll(() => harness.stop());

const url = 'https://hooks.example.com/drippulse';
const unknownId = 999_999n;

test('a webhook is created active with a secret that no later answer shows', async () => {
  const created = await harness.create({ url });
  expect(created).toMatchObject({ url, eventType: 'workflow.created', active: true });
  expect(Buffer.from(created.secret?.replace('whsec_', '') ?? '', 'base64')).toHaveLength(32);
  const { webhook } = await harness.webhooks(viewer).getWebhook({ id: created.id });
  expect(webhook).toEqual({ ...created, secret: undefined });
  const { webhooks } = await harness.webhooks(viewer).listWebhooks({});
  expect(webhooks.find(({ id }) => id === created.id)).toEqual(webhook);
  const { webhook: updated } = await harness.webhooks(editor).updateWebhook({ id: created.id });
  expect(updated?.secret).toBeUndefined();
});

test('the secret is stored sealed', async () => {
  const { id, secret = '' } = await harness.create({ url });
  const row = await harness.db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(row.secret.includes(Buffer.from(secret))).toBe(false);
  expect(row.secret.includes(Buffer.from(secret.slice(6), 'base64'))).toBe(false);
});

test.each(['workflow.failed', 'enrollment.*', 'webhook.exhausted', '*'])(
  '%s can be subscribed to',
  async (eventType) => {
    expect(await harness.create({ url, eventType })).toMatchObject({ eventType });
  },
);

test.each(['workflow.exploded', 'workflow', 'workflow.', 'nothing.*', '*.created', '.*', ''])(
  '"%s" is unknown_event_type, at create, update and test',
  async (eventType) => {
    const { id } = await harness.create({ url });
    const expected = { error: 'invalid unknown_event_type', fields: { event_type: expect.anything() } };
    const webhooks = harness.webhooks(editor);
    expect(await refusal(webhooks.createWebhook({ url, eventType }))).toEqual(expected);
    const update = { id, updateMask: { paths: ['event_type'] }, eventType };
    expect(await refusal(webhooks.updateWebhook(update))).toEqual(expected);
    expect(await refusal(webhooks.testWebhook({ id, eventType }))).toMatchObject({
      error: 'invalid unknown_event_type',
    });
  },
);

test.each([
  'http://hooks.example.com/',
  'https://user:password@hooks.example.com/',
  'https://127.0.0.1/',
  'https://[::ffff:10.0.0.1]/',
  'https://169.254.169.254/latest/meta-data',
  'https://localhost/',
  'https://inside.example.com/',
  'https://mixed.example.com/',
  'https://hooks.example.com:25/',
  'not a url',
  '',
])('%s is url_not_allowed, at create and at update', async (refused) => {
  const { id } = await harness.create({ url });
  const expected = { error: 'invalid url_not_allowed', fields: { url: expect.anything() } };
  const webhooks = harness.webhooks(editor);
  expect(await refusal(webhooks.createWebhook({ url: refused, eventType: '*' }))).toEqual(expected);
  expect(await refusal(webhooks.updateWebhook({ id, updateMask: { paths: ['url'] }, url: refused }))).toEqual(expected);
  expect((await webhooks.getWebhook({ id })).webhook?.url).toBe(url);
});

test('a missing url or event_type is malformed', async () => {
  const webhooks = harness.webhooks(editor);
  expect(await refusal(webhooks.createWebhook({ eventType: '*' }))).toEqual({
    error: 'malformed parameter_missing',
    fields: { url: 'is required' },
  });
  expect(await refusal(webhooks.createWebhook({ url }))).toEqual({
    error: 'malformed parameter_missing',
    fields: { event_type: 'is required' },
  });
});

test('an update changes the members present, and null clears the description only', async () => {
  const { id } = await harness.create({ url });
  const webhooks = harness.webhooks(editor);
  const paths = ['description', 'event_type'];
  await webhooks.updateWebhook({ id, updateMask: { paths }, description: 'CRM', eventType: 'workflow.*' });
  expect((await webhooks.getWebhook({ id })).webhook).toMatchObject({
    url,
    description: 'CRM',
    eventType: 'workflow.*',
    active: true,
  });
  await webhooks.updateWebhook({ id, updateMask: { paths: ['description'] } });
  expect((await webhooks.getWebhook({ id })).webhook?.description).toBeUndefined();
  expect(await refusal(webhooks.updateWebhook({ id, updateMask: { paths: ['url'] } }))).toMatchObject({
    error: 'invalid url_not_allowed',
  });
  expect(await refusal(webhooks.updateWebhook({ id, updateMask: { paths: ['active'] } }))).toMatchObject({
    error: 'invalid validation_failed',
  });
  const tooLong = { id, updateMask: { paths: ['description'] }, description: 'a'.repeat(1001) };
  expect(await refusal(webhooks.updateWebhook(tooLong))).toMatchObject({ error: 'invalid validation_failed' });
});

test('a webhook of another organization answers exactly like one that does not exist, on every route', async () => {
  const { id } = await harness.create({ url });
  await harness.webhooks(editor).testWebhook({ id });
  const [delivery] = await harness.deliveries(id, 1);
  const deliveryId = delivery?.id ?? 0n;
  const routes = (webhookId: bigint) => [
    harness.webhooks(stranger).getWebhook({ id: webhookId }),
    harness.webhooks(stranger).updateWebhook({ id: webhookId, updateMask: { paths: ['active'] }, active: false }),
    harness.webhooks(stranger).deleteWebhook({ id: webhookId }),
    harness.webhooks(stranger).testWebhook({ id: webhookId }),
    harness.webhooks(stranger).rotateWebhookSecret({ id: webhookId }),
    harness.webhooks(stranger).listDeliveries({ webhookId }),
    harness.webhooks(stranger).redeliverDelivery({ webhookId, id: deliveryId }),
    harness
      .signing(stranger)
      .signPayload({ webhookId, messageId: 'evt_1', timestampSeconds: 1n, body: Buffer.from('a') }),
  ];
  const notFound = { error: 'not_found webhook_not_found', fields: {} };
  for (const call of [...routes(id), ...routes(unknownId)]) expect(await refusal(call)).toEqual(notFound);
  expect((await harness.webhooks(stranger).listWebhooks({})).webhooks).toEqual([]);
  expect((await harness.webhooks(editor).getWebhook({ id })).webhook?.active).toBe(true);
});

test('a viewer reads and does not write', async () => {
  const { id } = await harness.create({ url });
  const webhooks = harness.webhooks(viewer);
  expect((await webhooks.getWebhookCatalog({})).eventTypes.length).toBeGreaterThan(0);
  await webhooks.listDeliveries({ webhookId: id });
  const denied = { error: 'permission_denied insufficient_role', fields: {} };
  for (const call of [
    webhooks.createWebhook({ url, eventType: '*' }),
    webhooks.updateWebhook({ id }),
    webhooks.deleteWebhook({ id }),
    webhooks.testWebhook({ id }),
    webhooks.rotateWebhookSecret({ id }),
    webhooks.redeliverDelivery({ webhookId: id, id: 1n }),
  ]) {
    expect(await refusal(call)).toEqual(denied);
  }
});

test('a removed webhook is gone, the second time too', async () => {
  const { id } = await harness.create({ url });
  const webhooks = harness.webhooks(editor);
  await webhooks.deleteWebhook({ id });
  expect(await refusal(webhooks.getWebhook({ id }))).toMatchObject({ error: 'not_found webhook_not_found' });
  expect(await refusal(webhooks.deleteWebhook({ id }))).toMatchObject({ error: 'not_found webhook_not_found' });
});

test('an organization has a hundred webhooks at most, counted without the removed ones and those of test keys', async () => {
  const caller = { ...editor, organizationId: 3n };
  const webhooks = harness.webhooks(caller);
  await harness.create({ url }, { ...tester, organizationId: 3n });
  const first = await harness.create({ url }, caller);
  const others = Array.from({ length: 99 }, () => ({ url, eventType: '*' }));
  for (const request of others) await webhooks.createWebhook(request);
  expect(await refusal(webhooks.createWebhook({ url, eventType: '*' }))).toMatchObject({
    error: 'invalid webhook_limit_reached',
  });
  await harness.create({ url }, { ...tester, organizationId: 3n });
  await webhooks.deleteWebhook({ id: first.id });
  await webhooks.createWebhook({ url, eventType: '*' });
});

test('the list pages by cursor and by number, newest first', async () => {
  const caller = { ...editor, organizationId: 4n };
  const ids: bigint[] = [];
  for (let index = 0; index < 5; index += 1) ids.unshift((await harness.create({ url }, caller)).id);
  const webhooks = harness.webhooks(caller);
  const first = await webhooks.listWebhooks({ limit: 3 });
  expect(first.webhooks.map(({ id }) => id)).toEqual(ids.slice(0, 3));
  expect(first.totalCount).toBe(5n);
  const second = await webhooks.listWebhooks({ limit: 3, cursor: first.nextCursor });
  expect(second.webhooks.map(({ id }) => id)).toEqual(ids.slice(3));
  expect(second.nextCursor).toBeUndefined();
  const page = await webhooks.listWebhooks({ page: 2, perPage: 2 });
  expect(page).toMatchObject({ page: 2, perPage: 2, totalPages: 3 });
  expect(page.webhooks.map(({ id }) => id)).toEqual(ids.slice(2, 4));
  expect(await refusal(webhooks.listWebhooks({ cursor: 'nonsense' }))).toMatchObject({
    error: 'invalid invalid_cursor',
  });
});

test('a repeat with the same Idempotency-Key creates one webhook and shows the same secret', async () => {
  const caller = { ...editor, organizationId: 5n };
  const headers = { 'idempotency-key': 'create-1' };
  const webhooks = harness.webhooks(caller);
  const first = await webhooks.createWebhook({ url, eventType: '*' }, { headers });
  const second = await webhooks.createWebhook({ url, eventType: '*' }, { headers });
  expect(second.webhook).toEqual(first.webhook);
  expect((await webhooks.listWebhooks({})).totalCount).toBe(1n);
});

test('without an Idempotency-Key every call is a new webhook', async () => {
  const caller = { ...editor, organizationId: 6n };
  await harness.create({ url }, caller);
  await harness.create({ url }, caller);
  expect((await harness.webhooks(caller).listWebhooks({})).totalCount).toBe(2n);
});

test("dead name servers of one organization delay no other's save, whose private names are still refused", async () => {
  let saved = 0;
  const saves = Array.from({ length: 12 }, (_, index) =>
    harness.create({ url: `https://${index}.dead.example.com/` }).then(() => {
      saved += 1;
    }),
  );
  await eventually(() => expect(dead.size).toBeGreaterThan(0));
  const other = harness.webhooks(stranger).createWebhook({ url: 'https://inside.example.com/', eventType: '*' });
  expect(await refusal(other)).toMatchObject({ error: 'invalid url_not_allowed' });
  expect(saved).toBe(0);
  expect(dead.size).toBeLessThanOrEqual(4);
  while (saved < saves.length) {
    for (const end of dead) end();
    dead.clear();
    await new Promise((next) => setImmediate(next));
  }
  // A URL whose host cannot be resolved in time is accepted, and its addresses are checked at every connection.
  await Promise.all(saves);
});
