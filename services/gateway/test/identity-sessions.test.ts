import { somebodyWaits } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Gateway, logIn, password, startGateway } from './start-gateway.ts';

let gateway: Gateway;
let organizationId: bigint;
beforeAll(async () => {
  gateway = await startGateway();
  ({ organizationId } = await gateway.makeOrganization('Ada'));
});
afterAll(() => gateway.stop());

test.each(['/api/v1/admin/login', '/api/v1/sessions/admin', '/api/v1/auth/login'])(
  'logging in at %s gives a session of twelve hours and its user',
  async (path) => {
    const before = Date.now();
    const answer = await gateway.as(null)('POST', path, { username: 'ada', password });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        token: expect.stringMatching(/^eyJ/),
        admin: { id: expect.any(Number), username: 'Ada', email: 'Ada@example.com', role: 'admin' },
      },
    });
    expect(answer.body.admin.organization_id).toBe(Number(organizationId));
    const startedAt = Date.parse(answer.body.expires_at) - 12 * 3_600_000;
    // Given out in whole seconds.
    expect(startedAt).toBeGreaterThanOrEqual(before - 1000);
    expect(startedAt).toBeLessThanOrEqual(Date.now() + 1000);
  },
);

test('a wrong password and an unknown user answer alike', async () => {
  const call = gateway.as(null);
  const headers = { 'x-request-id': 'same' };
  const wrong = await call('POST', '/api/v1/auth/login', { username: 'ada', password: 'wrong password' }, headers);
  const unknown = await call('POST', '/api/v1/auth/login', { username: 'nobody', password }, headers);
  expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_credentials' } });
  expect(unknown.text).toBe(wrong.text);
});

test.each([
  ['given another password', 'changed', sql`update users set password_hash = 'x' where username = 'changed'`],
  ['disabled', 'disabled', sql`update users set status = 'disabled' where username = 'disabled'`],
  ['removed', 'removed', sql`delete from users where username = 'removed'`],
])('who is %s while the password is compared gets no session', async (_name, username, change) => {
  const { kysely } = gateway.identity;
  const { organizationId: id } = await gateway.makeOrganization(username);
  const { answer } = await kysely.transaction().execute(async (trx) => {
    await change.execute(trx);
    const answer = gateway.as(null)('POST', '/api/v1/auth/login', { username, password });
    // The login has read the old row and now waits for the change.
    await somebodyWaits(trx);
    return { answer };
  });
  expect(await answer).toMatchObject({ status: 401, body: { error: 'invalid_credentials' } });
  expect(await kysely.selectFrom('sessions').select('id').where('organization_id', '=', id).execute()).toEqual([]);
});

test('a login without a password is 400 and names the parameter', async () => {
  const answer = await gateway.as(null)('POST', '/api/v1/auth/login', { username: 'ada' });
  expect(answer).toMatchObject({
    status: 400,
    body: { error: 'parameter_missing', errors: { password: [expect.anything()] } },
  });
});

test('verify names the user of the session', async () => {
  const { call } = await logIn(gateway, 'ada');
  const answer = await call('GET', '/api/v1/admin/verify');
  expect(answer).toMatchObject({
    status: 200,
    body: { valid: true, kind: 'session', role: 'admin', mode: 'live', admin: { username: 'Ada' }, api_key: null },
  });
  expect(Date.parse(answer.body.expires_at)).toBeGreaterThan(Date.now());
});

test('a session that logged out is refused, the others of the user are not', async () => {
  const first = await logIn(gateway, 'ada');
  const second = await logIn(gateway, 'ada');
  expect(await first.call('POST', '/api/v1/auth/logout')).toMatchObject({ status: 204, text: '' });
  expect(await first.call('GET', '/api/v1/admin/verify')).toMatchObject({ status: 401 });
  expect(await second.call('GET', '/api/v1/admin/verify')).toMatchObject({ status: 200 });
});

test('logging out needs a user', async () => {
  const { call } = await logIn(gateway, 'ada');
  const { body } = await call('POST', '/api/v1/api_keys', {});
  const answer = await gateway.as(body.key)('POST', '/api/v1/auth/logout');
  expect(answer).toMatchObject({ status: 403, body: { error: 'user_required' } });
});

test.each([
  ['no credential', null],
  ['a text that is no credential', 'nonsense'],
  ['a token that another key signed', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
  ['a token that says it needs no signature', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'],
])('%s answers 401 with a challenge', async (_name, token) => {
  const answer = await gateway.as(token)('GET', '/api/v1/account');
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
});

test('a session ends after twelve hours', async () => {
  const { call } = await logIn(gateway, 'ada');
  gateway.shiftClock(12 * 3_600_000 + 1000);
  try {
    expect(await call('GET', '/api/v1/account')).toMatchObject({ status: 401 });
  } finally {
    gateway.shiftClock(-(12 * 3_600_000 + 1000));
  }
});
