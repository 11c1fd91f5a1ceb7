import { eventually, somebodyWaits } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createApiKeyText } from '../src/identity/organizations/index.ts';
import { type Call, type Gateway, logIn, startGateway, untilRefused } from './start-gateway.ts';

let gateway: Gateway;
let admin: Call;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.makeOrganization('ada');
  await gateway.makeOrganization('eve');
  admin = (await logIn(gateway, 'ada')).call;
});
afterAll(() => gateway.stop());

test('a created key is shown once, works, and is listed without its secret', async () => {
  const made = await admin('POST', '/api/v1/api_keys', { name: 'CI', expires_in: 30 });
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'CI', mode: 'live', key_prefix: 'adcrm_live_', message: expect.any(String), revoked_at: null },
  });
  const { id, key, last_four, expires_at, created_at } = made.body;
  expect(key).toMatch(/^adcrm_live_[0-9A-Za-z]{40}$/);
  expect(last_four).toBe(key.slice(-4));
  expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(30 * 86_400_000);
  expect(made.headers.get('location')).toBe(`/api/v1/api_keys/${id}`);

  const shown = await gateway.as(key)('GET', `/api/v1/api_keys/${id}`);
  expect(shown).toMatchObject({ status: 200, body: { id, name: 'CI' } });
  expect(shown.body).not.toHaveProperty('key');
  expect(shown.body).not.toHaveProperty('message');
  const list = await admin('GET', '/api/v1/api_keys');
  expect(list.body.api_keys[0]).toEqual(shown.body);
});

test('verify names the key', async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', { name: 'V' });
  expect(await gateway.as(body.key)('GET', '/api/v1/admin/verify')).toMatchObject({
    status: 200,
    body: {
      valid: true,
      kind: 'api_key',
      role: 'admin',
      mode: 'live',
      expires_at: null,
      admin: null,
      api_key: { id: body.id, name: 'V' },
    },
  });
});

test('a revoked key is refused, stays in the list, and may be revoked again', async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', {});
  expect(await gateway.as(body.key)('GET', '/api/v1/account')).toMatchObject({ status: 200 });
  expect(await admin('DELETE', `/api/v1/api_keys/${body.id}/revoke`)).toMatchObject({ status: 204 });
  expect(await gateway.as(body.key)('GET', '/api/v1/account')).toMatchObject({ status: 401 });
  const { revoked_at } = (await admin('GET', `/api/v1/api_keys/${body.id}`)).body;
  expect(revoked_at).not.toBeNull();
  expect(await admin('DELETE', `/api/v1/api_keys/${body.id}/revoke`)).toMatchObject({ status: 204 });
  expect((await admin('GET', `/api/v1/api_keys/${body.id}`)).body.revoked_at).toBe(revoked_at);
});

test('a key revoked by another process is refused', async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', {});
  const byKey = gateway.as(body.key);
  expect(await byKey('GET', '/api/v1/account')).toMatchObject({ status: 200 });
  await gateway.identity.kysely
    .updateTable('api_keys')
    .set({ revoked_at: new Date() })
    .where('id', '=', BigInt(body.id))
    .execute();
  await untilRefused(byKey);
});

test('an expired key is refused', async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', { expires_in: 1 });
  expect(await gateway.as(body.key)('GET', '/api/v1/account')).toMatchObject({ status: 200 });
  await gateway.identity.kysely
    .updateTable('api_keys')
    .set({ expires_at: new Date(Date.now() - 1000) })
    .where('id', '=', BigInt(body.id))
    .execute();
  await eventually(async () =>
    expect(await gateway.as(body.key)('GET', '/api/v1/account')).toMatchObject({ status: 401 }),
  );
});

test('a key that nobody made is 401, whether its checksum is right or wrong', async () => {
  const unknown = createApiKeyText('live');
  const mistyped = unknown.slice(0, -1) + (unknown.endsWith('0') ? '1' : '0');
  for (const key of [unknown, mistyped]) {
    expect(await gateway.as(key)('GET', '/api/v1/account')).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  }
});

test('a test key is 403 test_mode on keys, team and account, and reads projects', async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', { mode: 'test' });
  expect(body).toMatchObject({ mode: 'test', key_prefix: 'adcrm_test_', key: expect.stringMatching(/^adcrm_test_/) });
  const byTestKey = gateway.as(body.key);
  for (const path of ['/api_keys', '/api_keys/usage', '/team_members', '/account']) {
    expect(await byTestKey('GET', `/api/v1${path}`)).toMatchObject({ status: 403, body: { error: 'test_mode' } });
  }
  expect(await byTestKey('GET', '/api/v1/projects')).toMatchObject({ status: 200 });
  expect(await byTestKey('GET', '/api/v1/admin/verify')).toMatchObject({ status: 200, body: { mode: 'test' } });
});

test.each([
  [{ name: 'x'.repeat(121) }, 'name'],
  [{ expires_in: 0 }, 'expires_in'],
  [{ expires_in: 3651 }, 'expires_in'],
  [{ mode: 'real' }, 'mode'],
])('%p is 422 and names the field', async (body, field) => {
  const answer = await admin('POST', '/api/v1/api_keys', body);
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toHaveProperty(field);
});

test('the hundred and first live key is refused until one is revoked', async () => {
  await gateway.makeOrganization('hoarder');
  const { call } = await logIn(gateway, 'hoarder');
  const { organization_id } = (await call('GET', '/api/v1/admin/verify')).body;
  await gateway.identity.kysely
    .insertInto('api_keys')
    .values(
      Array.from({ length: 99 }, (_, index) => ({
        organization_id: BigInt(organization_id),
        mode: 'live',
        role: 'admin',
        key_hash: Buffer.from(`hoarder ${index}`),
        last_four: 'xxxx',
      })),
    )
    .execute();
  const attempts = await Promise.all([1, 2, 3].map(() => call('POST', '/api/v1/api_keys', {})));
  expect(attempts.map((answer) => answer.status).sort()).toEqual([201, 422, 422]);
  expect(attempts.find((answer) => answer.status === 422)?.body.error).toBe('api_key_limit_reached');
  const made = attempts.find((answer) => answer.status === 201);
  await call('DELETE', `/api/v1/api_keys/${made?.body.id}/revoke`);
  expect(await call('POST', '/api/v1/api_keys', {})).toMatchObject({ status: 201 });
});

test('repeating a creation with its Idempotency-Key gives the same key once more and makes no second', async () => {
  const headers = { 'idempotency-key': 'make-key-1' };
  const first = await admin('POST', '/api/v1/api_keys', { name: 'once' }, headers);
  const again = await admin('POST', '/api/v1/api_keys', { name: 'once' }, headers);
  expect(again).toMatchObject({ status: 201, text: first.text });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  const other = await admin('POST', '/api/v1/api_keys', { name: 'other' }, headers);
  expect(other).toMatchObject({ status: 422, body: { error: 'idempotency_key_reused' } });
  const { api_keys } = (await admin('GET', '/api/v1/api_keys')).body;
  expect(api_keys.filter((key: { name: string }) => key.name === 'once')).toHaveLength(1);
});

test('usage counts the requests of a key and those that failed', async () => {
  // The time is noon, so that no day ends between the requests and the response that counts them.
  const dayMs = 86_400_000;
  const sinceNoonMs = (Date.now() + dayMs / 2) % dayMs;
  gateway.shiftClock(-sinceNoonMs);
  try {
    const { body } = await admin('POST', '/api/v1/api_keys', { name: 'counted' });
    const byKey = gateway.as(body.key);
    for (const path of ['/account', '/projects', '/projects/999999']) await byKey('GET', `/api/v1${path}`);
    const row = await eventually(async () => {
      const { usage } = (await admin('GET', '/api/v1/api_keys/usage')).body;
      const found = usage.find((entry: { api_key_id: number }) => entry.api_key_id === body.id);
      expect(found.requests_today).toBe(3);
      return found;
    });
    expect(row).toEqual({
      api_key_id: body.id,
      name: 'counted',
      requests_today: 3,
      requests_30d: 3,
      errors_30d: 1,
      last_used_at: expect.any(String),
    });
  } finally {
    gateway.shiftClock(sinceNoonMs);
  }
});

test('usage that is stored while it is read is shown whole or not at all', async () => {
  const { kysely } = gateway.identity;
  const { body } = await admin('POST', '/api/v1/api_keys', { name: 'in between' });
  const answering = await kysely.transaction().execute(async (trx) => {
    await sql`lock table api_key_usage in access exclusive mode`.execute(trx);
    const answer = admin('GET', '/api/v1/api_keys/usage?limit=1');
    await somebodyWaits(trx);
    await sql`insert into api_key_usage values (${body.id}, now() at time zone 'utc', 1, 0)`.execute(trx);
    await sql`update api_keys set last_used_at = now() where id = ${body.id}`.execute(trx);
    return { answer };
  });
  const { usage } = (await answering.answer).body;
  expect(usage).toMatchObject([{ api_key_id: body.id, requests_30d: 1, last_used_at: expect.any(String) }]);
});

test("another organization's key answers exactly like an unknown one", async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', { name: 'private' });
  const stranger = (await logIn(gateway, 'eve')).call;
  for (const [method, path] of [
    ['GET', '/api/v1/api_keys/:id'],
    ['DELETE', '/api/v1/api_keys/:id/revoke'],
  ] as const) {
    const headers = { 'x-request-id': 'same' };
    const foreign = await stranger(method, path.replace(':id', body.id), undefined, headers);
    const unknown = await stranger(method, path.replace(':id', '987654321'), undefined, headers);
    expect(foreign).toMatchObject({ status: 404, body: { error: 'api_key_not_found' } });
    expect(foreign.text.replaceAll(String(body.id), ':id')).toBe(unknown.text.replaceAll('987654321', ':id'));
  }
  expect((await stranger('GET', '/api/v1/api_keys')).body).toMatchObject({ api_keys: [], total_count: 0 });
});

test('the list is paged by cursor and by page number', async () => {
  await gateway.makeOrganization('pager');
  const { call } = await logIn(gateway, 'pager');
  for (const name of ['a', 'b', 'c']) await call('POST', '/api/v1/api_keys', { name });
  const names = (answer: { body: { api_keys: { name: string }[] } }) => answer.body.api_keys.map((key) => key.name);
  const first = await call('GET', '/api/v1/api_keys?limit=2');
  expect(names(first)).toEqual(['c', 'b']);
  expect(first.body).toMatchObject({ total_count: 3, next_cursor: expect.any(String) });
  const rest = await call('GET', `/api/v1/api_keys?limit=2&cursor=${first.body.next_cursor}`);
  expect(names(rest)).toEqual(['a']);
  expect(rest.body.next_cursor).toBeNull();
  const page = await call('GET', '/api/v1/api_keys?page=2&per_page=2');
  expect(names(page)).toEqual(['a']);
  expect(page.body).toMatchObject({ page: 2, per_page: 2, total_pages: 2 });
  expect(await call('GET', '/api/v1/api_keys?cursor=nonsense')).toMatchObject({
    status: 422,
    body: { error: 'invalid_cursor' },
  });
});
